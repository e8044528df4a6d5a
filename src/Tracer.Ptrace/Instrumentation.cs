using Tracer.Core.Plans;
using Tracer.Linux;
using Tracer.Ptrace.Breakpoints;
using Tracer.Ptrace.Hits;
using Tracer.Ptrace.Injection;
using Tracer.Ptrace.Rescue;
using Tracer.Ptrace.Tracees;

namespace Tracer.Ptrace;

/// <summary>
/// All that is borrowed from the target: bytes of its text, pages for displaced instructions, counts of its semaphores, its way with SIGTRAP. Undone on every path, and by the
/// <see cref="RescueArea"/> and whoever finds it when this process is killed.
/// </summary>
internal sealed class Instrumentation(ISystemCallGate gate, TracePlan plan, TraceeGroup group) : IDisposable
{
    private static readonly TimeSpan UndoPatience = TimeSpan.FromSeconds(10);

    // All others stand while one is waited for.
    private static readonly TimeSpan PausePatience = TimeSpan.FromMilliseconds(100);

    private readonly Semaphores _semaphores = new(plan);
    private readonly List<SlotArea> _slots = [];
    private RemoteCall? _call;
    private RescueArea? _rescue;

    /// <summary>Why the target would be harmed if this process were killed: its threads then die at breakpoints. Null when it would not.</summary>
    public string? Unguarded { get; private set; } = "its threads were not stopped yet";

    /// <summary>Whether the kernel may forget the handler of SIGTRAP, which makes threads wait at breakpoints that nobody attends to.</summary>
    public bool HasHandler => _rescue is not null;

    /// <summary>What is borrowed: written down in the target, or, with the address zero, nowhere.</summary>
    public Testament Testament => _rescue?.Testament ?? new Testament
    {
        Nonce = 0,
        TracerId = (int)gate.Invoke(SystemCall.GetPid),
        TracerStart = 0,
        TargetId = plan.Target.ProcessId,
        Address = 0,
        Whole = (0, 0),
        Phase = TestamentPhase.Raised,
        Sites = [.. Breakpoints.All.Select(b => (b.Address, b.Original))],
        Semaphores = [.. _semaphores.Addresses.Select(s => (s, (ushort)0))],
    };

    public TraceeMemory Memory { get; } = new(gate, plan.Target.ProcessId);

    public BreakpointSet Breakpoints { get; private set; } = new([]);

    public void Dispose() => Memory.Dispose();

    /// <summary>Prepares everything; nothing is armed yet. All threads are held.</summary>
    public void Apply()
    {
        var holder = group.Tracees.First(t => t is { IsGuest: false, State: TraceeState.Held });
        Memory.MoveTo(holder.Tid);
        Breakpoints = new BreakpointSet(Prepare());
        foreach (var tracee in group.Tracees) BlockedTraps.Unblock(gate, tracee);
        Inject(plan.Target.ProcessId, holder);
        Memory.Hide(Breakpoints);
    }

    /// <summary>Sets the breakpoints and raises the semaphores. All threads are held.</summary>
    public void Arm()
    {
        _semaphores.Raise(Memory.Raw, _rescue);
        Breakpoints.Arm(Memory.Raw);
    }

    /// <summary>Takes breakpoints out and semaphores back for a while; the slots stay, threads may stand in them.</summary>
    public void Pause()
    {
        Hold();
        TakePendingHits(() => group.Hold(PausePatience));
        var left = Breakpoints.Disarm(Memory.Raw);
        var lowered = _semaphores.Lower(Memory.Raw, _rescue);
        group.Release();
        if (group.HasExited) return;
        if (left is not null) throw Failures.NotRestored($"the instruction at {left.Site.Location} still has its breakpoint");
        if (!lowered) throw Failures.NotRestored("a semaphore is still raised");
    }

    /// <summary>Puts them back.</summary>
    public void Resume()
    {
        Hold();
        if (!group.HasExited)
        {
            _semaphores.Raise(Memory.Raw, _rescue);
            Breakpoints.Rearm(Memory.Raw);
        }

        group.Release();
    }

    private void Hold()
    {
        group.Hold(PausePatience);
        if (group.Tracees.FirstOrDefault(t => t is { IsGuest: false, State: TraceeState.Held }) is { } holder) Memory.MoveTo(holder.Tid);
    }

    /// <summary>
    /// Takes everything back and lets the target go: stops all threads where no signal is under way, deals with the hits that are, moves threads out of the slots,
    /// restores bytes and semaphores, unmaps the slots, detaches.
    /// </summary>
    public void Undo()
    {
        var stubborn = group.Hold(UndoPatience);
        TakePendingHits(() => group.Hold(UndoPatience));
        // One of the target's own if there is one: what a child shares is the memory alone.
        var holder = group.Tracees.Where(t => t.State == TraceeState.Held).OrderBy(t => t.IsGuest).FirstOrDefault();
        if (holder is not null) Memory.MoveTo(holder.Tid);
        foreach (var tracee in group.Tracees)
        {
            if (tracee.State == TraceeState.Held) LeaveSlot(tracee, keepHit: false);
        }

        var left = Breakpoints.Disarm(Memory.Raw);
        var lowered = _semaphores.Lower(Memory.Raw, _rescue);
        foreach (var tracee in group.Tracees)
        {
            if (tracee.State == TraceeState.Held) BlockedTraps.GiveBack(gate, tracee);
        }

        if (holder is not null && !group.HasExited) Withdraw(holder, stubborn is not null);
        foreach (var tracee in group.Tracees.Where(t => t.State == TraceeState.Held).ToArray()) group.Detach(tracee);
        FollowOut();
        if (group.HasExited) return;
        if (left is not null) throw Failures.NotRestored($"the instruction at {left.Site.Location} still has its breakpoint");
        if (!lowered) throw Failures.NotRestored("a semaphore is still raised");
    }

    /// <summary>
    /// The target has exited or executed another program: what is left of its memory is in the hands of children that share it, by vfork. They are given it back
    /// clean; there is nothing to do when there are none.
    /// </summary>
    public void UndoInGuests()
    {
        group.HoldGuests();
        TakePendingHits(group.HoldGuests);
        var guests = group.Tracees.Where(t => t is { IsGuest: true, State: TraceeState.Held }).ToArray();
        if (guests.Length == 0) return;
        Memory.MoveTo(guests[0].Tid);
        foreach (var guest in guests) LeaveSlot(guest, keepHit: false);
        Breakpoints.Disarm(Memory.Raw);
        foreach (var guest in guests) group.Detach(guest);
    }

    /// <summary>Gives a forked child, which stands before its first instruction, the memory it would have without us.</summary>
    public void Clean(Tracee child)
    {
        using var copy = new ProcessMemory(gate, child.Tid);
        Breakpoints.Clean(copy);
        _semaphores.Clean(copy);
        // A fork whose instruction is a displaced one returns to its copy.
        LeaveSlot(child, keepHit: false);
        BlockedTraps.GiveBack(gate, child, group.Tracees);
        if (_rescue is not null) _rescue.RemoveFrom(child, copy);
        else if (_call is not null) foreach (var area in _slots) _call.Invoke(child, copy, SystemCall.MUnmap, area.Address, area.Length);
    }

    /// <summary>
    /// Brings a stopped thread that stands in a slot back to where it stands in the program. With <paramref name="keepHit"/> its return to the breakpoint will not
    /// count as another hit.
    /// </summary>
    public void LeaveSlot(Tracee tracee, bool keepHit)
    {
        if (gate.PtraceGetRegisters(tracee.Tid, out var registers).IsError) return;
        if (!Breakpoints.TryLeaveSlot(registers.Rip, out var breakpoint, out var executed)) return;
        registers.Rip = executed ? breakpoint.Displaced.Next : breakpoint.Address;
        gate.PtraceSetRip(tracee.Tid, registers.Rip);
        // A system call that is to be restarted will go back to its instruction.
        var restarts = executed && breakpoint.Displaced.IsSystemCall && (long)registers.Rax is <= -512 and >= -516;
        if (!keepHit || (executed && !restarts)) return;
        if (restarts) (registers.Rax, registers.Rip) = (registers.OrigRax, breakpoint.Address);
        tracee.Replay = registers;
        tracee.HasReplay = true;
    }

    private List<Breakpoint> Prepare()
    {
        var breakpoints = new List<Breakpoint>();
        var usesShadowStack = ShadowStack.IsUsedBy(gate, Memory.Raw.Pid);
        Span<byte> bytes = stackalloc byte[DisplacedInstruction.MaximumLength];
        foreach (var site in plan.Sites)
        {
            var name = site.Location.ToString();
            var read = Memory.Raw.Read(site.Location.Address, bytes);
            if (read.Count == 0) throw Failures.CannotRead($"instruction at {name}", read.IsError ? read.Error : Errno.EFAULT);
            if (!DisplacedInstruction.TryDecode(bytes[..read.Count], site.Location.Address, out var displaced, out var reason))
                throw Failures.CannotDisplace(name, reason);
            if (breakpoints.Any(b => b.Address == displaced.Address)) throw Failures.CannotDisplace(name, "the plan has another site at the same address");
            if (usesShadowStack && displaced.TouchesShadowStack) throw Failures.ShadowStack(name);
            breakpoints.Add(new Breakpoint(site, bytes[..displaced.Length].ToArray(), displaced));
        }

        return breakpoints;
    }

    // Pages and a handler in the target, for which it has to make system calls.
    private void Inject(int processId, Tracee holder)
    {
        var wanting = Breakpoints.All.Where(b => b.Displaced.WantsSlot).ToArray();
        _call = RemoteCall.Open(gate, group, holder, () => Memory.Raw, out var maps, out var isFiltered, out var failure);
        Unguarded = failure;
        if (_call is not null)
        {
            _rescue = RescueArea.Make(
                gate, _call, holder, Memory.Raw, processId, isFiltered, [.. Breakpoints.All.Select(b => (b.Address, b.Original))], _semaphores.Addresses, out var unguarded);
            Unguarded = unguarded;
            if (wanting.Length > 0) failure = SlotArea.Allocate(wanting, _call, holder, maps!, Memory.Raw, _slots);
            Breakpoints.IndexSlots();
        }

        if (failure is not null && wanting.Any(b => b.Displaced.NeedsSlot && b.Slot == 0)) throw Failures.NoSlots(processId, failure);
        if (_rescue is null) return;
        if (!_rescue.Install(holder, Memory.Raw, _slots.Select(s => (s.Address, s.Length)))) Unguarded = "its handling of SIGTRAP cannot be changed";
        // Children that share the memory have handlers of their own. Those that are made later inherit this one.
        foreach (var guest in HeldGuests()) _rescue.Install(guest);
    }

    // The pages stay when a thread may stand in them: one that did not stop, or one that is in the handler on behalf of a trap of its own.
    private void Withdraw(Tracee holder, bool isStubborn)
    {
        if (_call is null) return;
        var isInUse = isStubborn || (_rescue is not null && group.Tracees.Any(t =>
            t.State == TraceeState.Held && gate.PtraceGetRegisters(t.Tid, out var registers).IsSuccess && _rescue.Contains(registers.Rip)));
        if (!isStubborn)
        {
            foreach (var area in _slots) area.Unmap(_call, holder);
        }

        foreach (var guest in HeldGuests()) _rescue?.GiveActionBack(guest, Memory.Raw);
        _rescue?.Remove(holder, Memory.Raw, isInUse);
        _call.Remove();
    }

    private Tracee[] HeldGuests() => [.. group.Tracees.Where(t => t is { IsGuest: true, State: TraceeState.Held })];

    /// <summary>
    /// Takes note of a thread that had SIGTRAP blocked when it came to a breakpoint: the kernel has unblocked it and forgotten the handler. The thread stands before
    /// the signal's delivery, its registers final.
    /// </summary>
    public void OnBlockedHit(Tracee tracee)
    {
        if (_rescue is null || tracee.IsGuest || !BlockedTraps.WasBlocked(gate, tracee)) return;
        _rescue.Install(tracee);
    }

    private void TakePendingHits(Action hold) => PendingHits.Take(gate, group, a => Breakpoints.TryFind(a, out _), hold);

    // Threads in vfork come out when their child, which is free now, has executed or exited. What still does not stop then, the end of our thread detaches.
    private void FollowOut()
    {
        if (group.Tracees.Count == 0 || group.HasExited) return;
        group.Hold(UndoPatience);
        foreach (var tracee in group.Tracees.Where(t => t.State == TraceeState.Held).ToArray())
        {
            LeaveSlot(tracee, keepHit: false);
            group.Detach(tracee);
        }
    }
}

using System.Globalization;
using System.Runtime.ExceptionServices;
using Tracer.Linux;
using Tracer.Ptrace.Breakpoints;
using Tracer.Ptrace.Hits;
using Tracer.Ptrace.Injection;
using Tracer.Ptrace.Tracees;

namespace Tracer.Ptrace.Rescue;

/// <summary>
/// Gives a process back what a killed tracer has left in it: the bytes under its breakpoints, its semaphores, its way with SIGTRAP, the pages. On a thread of its own, with all
/// threads of the process held for as long as that takes.
/// </summary>
public static class Recovery
{
    // A thread in vfork does not stop before its child has executed or exited, which may be waiting at a breakpoint: they are taken out first, and that thread is not waited for.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan UnmapPatience = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Whether a killed tracer has left something in a process. A look at its mappings, some hundred microseconds; false also for a process that cannot be looked at, and
    /// for one that is traced now.
    /// </summary>
    public static bool IsNeeded(ISystemCallGate gate, int processId)
    {
        ArgumentNullException.ThrowIfNull(gate);
        return TestamentSearch.In(gate, processId).Count > 0 && TestamentSearch.TracerOf(gate, processId) == 0;
    }

    /// <summary>Gives it all back; one report for each tracer that had left something, none when there was nothing.</summary>
    /// <exception cref="Core.Diagnostics.TracerException">The process is gone, not ours to trace, or traced by somebody else: ST0301 to ST0305.</exception>
    public static IReadOnlyList<RecoveryReport> Recover(ISystemCallGate gate, int processId)
    {
        ArgumentNullException.ThrowIfNull(gate);
        TargetCheck.Require(gate, processId);
        return TestamentSearch.In(gate, processId).Count == 0 ? [] : Recover(gate, processId, null);
    }

    /// <summary>The processes in which a tracer has left something, of those that began at <paramref name="since"/> or later: children of its target that were being born.</summary>
    internal static IEnumerable<int> LeftBy(ISystemCallGate gate, int tracerId, ulong tracerStart, ulong since)
    {
        var proc = new ProcFs(gate);
        if (!gate.ListDirectory("/proc").TryGet(out var names)) yield break;
        foreach (var name in names)
        {
            if (!int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var processId)) continue;
            if (!proc.StartTime(processId).TryGet(out var began) || began < since) continue;
            if (TestamentSearch.In(gate, processId).Any(t => t.TracerId == tracerId && t.TracerStart == tracerStart)) yield return processId;
        }
    }

    /// <summary>The same with what is known of a target in which nothing could be written down.</summary>
    internal static IReadOnlyList<RecoveryReport> Recover(ISystemCallGate gate, int processId, Testament? known)
    {
        IReadOnlyList<RecoveryReport> reports = [];
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                using var work = new Worker(gate, processId);
                reports = work.Run(known);
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        })
        {
            Name = $"recovering {processId}",
            IsBackground = true,
        };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return reports;
    }

    private sealed class Worker : ITraceeEvents, IDisposable
    {
        private readonly ISystemCallGate _gate;
        private readonly int _processId;
        private readonly TraceeGroup _group;
        private readonly HashSet<ulong> _sites = [];
        private List<Testament> _testaments = [];
        private ProcessMemory _memory;
        private int _instructions;

        public Worker(ISystemCallGate gate, int processId)
        {
            _gate = gate;
            _processId = processId;
            _group = new TraceeGroup(gate, processId, this);
            _memory = new ProcessMemory(gate, processId);
        }

        public void Dispose()
        {
            _group.Dispose();
            _memory.Dispose();
        }

        public List<RecoveryReport> Run(Testament? known)
        {
            _testaments = known is not null ? [known] : TestamentSearch.In(_gate, _processId);
            foreach (var testament in _testaments)
            {
                _sites.UnionWith(testament.Sites.Select(s => s.Address));
                // One byte of an instruction can be put back while threads run (kernels do so: arch/x86/kernel/alternative.c, text_poke_bp), and those that wait go on. Where it
                // is a tracer's privilege it is done again below.
                foreach (var (address, original) in testament.Sites)
                {
                    if (BreakpointByte.TakeOut(_memory, address, original) == true) _instructions++;
                }
            }

            _group.SeizeAndHold(Patience, CancellationToken.None, mustStop: false);
            // Now that it stands still, what is there is there to stay.
            if (known is null) _testaments = TestamentSearch.In(_gate, _processId);
            foreach (var testament in _testaments) _sites.UnionWith(testament.Sites.Select(s => s.Address));
            var holder = Holder();
            _memory.Dispose();
            _memory = new ProcessMemory(_gate, holder.Tid);
            PendingHits.Take(_gate, _group, _sites.Contains, () => _group.Hold(Patience));
            Settle();
            var call = FindCalls(holder, _memory);
            var reports = _testaments.Select(t => GiveBack(t, call, holder, _memory)).ToList();
            if (call is not null && known is null) reports = [.. reports.Zip(_testaments, (r, t) => r with { LeftBytes = Unmap(t, call) })];
            else reports = [.. reports.Zip(_testaments, (r, t) => r with { LeftBytes = t.Whole.Length })];
            call?.Remove();
            foreach (var tracee in _group.Tracees.Where(t => t.State == TraceeState.Held).ToArray()) _group.Detach(tracee);
            return reports;
        }

        public void OnSignal(Tracee tracee, Signal signal)
        {
            const int FromKernel = 0x80; // SI_KERNEL: an int3
            if (signal == Signal.Trap && _gate.PtraceGetSignalInformation(tracee.Tid, out var information).IsSuccess
                && information.Code is FromKernel or TrapHandler.MovedCode && _gate.PtraceGetRegisters(tracee.Tid, out var registers).IsSuccess)
            {
                var isAtSite = _sites.Contains(registers.Rip - 1);
                if (isAtSite) _gate.PtraceSetRip(tracee.Tid, registers.Rip - 1);
                if (isAtSite || information.Code == TrapHandler.MovedCode) signal = Signal.None;
            }

            _group.Resume(tracee, signal);
        }

        public void OnEnded(Tracee tracee)
        {
        }

        public void OnCopiedProcess(Tracee child)
        {
            using var copy = new ProcessMemory(_gate, child.Tid);
            var call = FindCalls(child, copy);
            foreach (var testament in _testaments) GiveBack(testament, call, child, copy);
        }

        public void OnExecuted(Tracee tracee) => _group.Resume(tracee);

        private Tracee Holder() => _group.Tracees.FirstOrDefault(t => t is { IsGuest: false, State: TraceeState.Held }) ?? throw Failures.Exited(_processId);

        private RemoteCall? FindCalls(Tracee holder, ProcessMemory memory) => RemoteCall.Open(_gate, _group, holder, () => memory, out _, out _, out _);

        private RecoveryReport GiveBack(Testament testament, RemoteCall? call, Tracee holder, ProcessMemory memory)
        {
            var failed = new List<string>();
            var instructions = Interlocked.Exchange(ref _instructions, 0);
            foreach (var (address, original) in testament.Sites)
            {
                switch (BreakpointByte.TakeOut(memory, address, original))
                {
                    case true:
                        instructions++;
                        break;
                    case false:
                        failed.Add(string.Create(CultureInfo.InvariantCulture, $"the instruction at 0x{address:x} still has its breakpoint"));
                        break;
                }
            }

            var semaphores = testament.Semaphores.Count(s => Lower(memory, testament.Phase, s));
            if (call is not null && testament.Address != 0) RescueArea.Adopt(call, testament).Retire(holder, memory);
            return new RecoveryReport(_processId, testament.TracerId, instructions, semaphores, failed, 0);
        }

        private static bool Lower(ProcessMemory memory, TestamentPhase phase, (ulong Address, ushort Before) semaphore)
        {
            Span<byte> bytes = stackalloc byte[2];
            if (memory.Read(semaphore.Address, bytes).Count != 2) return false;
            var value = (ushort)(bytes[0] | (bytes[1] << 8));
            var isRaised = phase switch
            {
                TestamentPhase.Raised => value > 0,
                TestamentPhase.Raising => value == (ushort)(semaphore.Before + 1),
                TestamentPhase.Lowering => value > 0 && value == semaphore.Before,
                _ => false,
            };
            return isRaised && Semaphores.Add(memory, semaphore.Address, -1) == Errno.None;
        }

        // A thread that was making a call for the killed tracer goes on to its end, by code that we use as well, as soon as it runs.
        private void Settle()
        {
            if (!new ProcFs(_gate).Maps(Holder().Tid).TryGet(out var maps)) return;
            var vdso = maps.Entries.FirstOrDefault(e => e.Path == "[vdso]");
            for (var attempt = 0; attempt < 100 && _group.Tracees.Any(IsCalling); attempt++)
            {
                _group.Release();
                Thread.Sleep(1);
                _group.Hold(Patience);
            }

            bool IsCalling(Tracee tracee) => tracee.State == TraceeState.Held && _gate.PtraceGetRegisters(tracee.Tid, out var registers).IsSuccess
                && vdso.Contains(registers.Rip) && RemoteCall.IsCallingAt(_memory, registers.Rip);
        }

        // Threads that wait in the handler leave it within a millisecond once they run. Returns what stays mapped.
        private ulong Unmap(Testament testament, RemoteCall call)
        {
            (ulong Address, ulong Length)[] areas = [testament.Whole, .. testament.SlotAreas];
            var clock = System.Diagnostics.Stopwatch.StartNew();
            for (var pause = 1; clock.Elapsed < UnmapPatience; pause++)
            {
                if (_group.Hold(Patience) is null && !IsInUse(areas))
                {
                    foreach (var (address, length) in areas) call.Invoke(Holder(), SystemCall.MUnmap, address, length);
                    return 0;
                }

                if (_group.HasExited) break;
                _group.Release();
                Thread.Sleep(pause);
            }

            _group.Hold(Patience);
            return testament.Whole.Length + (ulong)testament.SlotAreas.Sum(a => (long)a.Length);
        }

        // A thread is in them when its next instruction is, or when a signal's frame on its stack will bring it there. What looks like one and is a remnant of an earlier one
        // is told from it by the state of the vectors at the frame's end, 500 bytes and more away, whose mark is gone when anything has been there since.
        private bool IsInUse((ulong Address, ulong Length)[] areas)
        {
            const int StackBytes = 256 << 10;
            var bytes = new byte[StackBytes];
            foreach (var tracee in _group.Tracees)
            {
                if (tracee.State != TraceeState.Held || _gate.PtraceGetRegisters(tracee.Tid, out var registers).IsError) return true;
                if (IsIn(areas, registers.Rip)) return true;
                var start = registers.Rsp & ~7UL;
                var words = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, ulong>(bytes.AsSpan(0, _memory.Read(start, bytes).Count & ~7));
                for (var k = 0; k < words.Length; k++)
                {
                    if (IsIn(areas, words[k]) && ReturnFrame.IsAt(_memory, start + ((ulong)k * 8))) return true;
                }
            }

            return false;
        }

        private static bool IsIn((ulong Address, ulong Length)[] areas, ulong address)
        {
            foreach (var (start, length) in areas)
            {
                if (address - start < length) return true;
            }

            return false;
        }
    }
}

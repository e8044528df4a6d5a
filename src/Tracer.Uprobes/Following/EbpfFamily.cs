using System.Diagnostics;
using System.Runtime.InteropServices;
using Tracer.Bpf;
using Tracer.Core.Backends;
using Tracer.Core.Targets;
using Tracer.Elf;
using Tracer.Linux;

namespace Tracer.Uprobes.Following;

/// <summary>
/// A family that is kept by programs: a child is a member before it runs, and a thread that has loaded libraries, or a program with its libraries, waits in the kernel until it is known what to
/// trace in them. Needs uprobe_multi links (6.6), may_goto (6.9), BTF, and the first pid namespace, whose ids the kernel's programs see.
/// </summary>
internal sealed class EbpfFamily : IProcessFamily
{
    // The loader calls it when it has changed the list of libraries, for debuggers (struct r_debug.r_brk, link.h; elf/dl-debug.c of glibc, ldso/dynlink.c of musl).
    private const string LoaderHook = "_dl_debug_state";
    private const string LoaderState = "_r_debug";

    // struct r_debug: int r_version; struct link_map *r_map; ElfW(Addr) r_brk; int r_state.
    private const int StateOffset = 24;

    private readonly ISystemCallGate _gate;
    private readonly IKeptGate _breakpoints;
    private readonly EbpfSupport _support;
    private readonly FamilyMaps _maps;
    private readonly RingBuffer _ring;
    private readonly bool _takesAll;
    private readonly List<IDisposable> _links = [];
    private readonly HashSet<int> _members = [];
    private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread _thread;
    private IFamilyObserver? _observer;
    private volatile bool _stopping;
    private bool _disposed;

    private EbpfFamily(ISystemCallGate gate, EbpfSupport support, FamilyMaps maps, bool takesAll)
    {
        (_gate, _support, _maps, _takesAll) = (gate, support, maps, takesAll);
        _ring = maps.OpenRing();
        _breakpoints = gate.Keep();
        _thread = new Thread(Run) { IsBackground = true, Name = "sharptrace family" };
    }

    public Task Completion => _completed.Task;

    public ulong Lost => _maps.ReadCounter(FamilyMaps.LostCounter);

    public ulong Gaps => _maps.ReadCounter(FamilyMaps.GapCounter);

    /// <summary>The hash of the family's processes.</summary>
    public int Processes => _maps.Processes;

    /// <summary>A family that watches what its processes start, and has none yet.</summary>
    public static EbpfFamily Open(ISystemCallGate gate, EbpfSupport support, FamilyKernel kernel, bool takesAll)
    {
        FamilyMaps? maps = null;
        EbpfFamily? family = null;
        try
        {
            maps = new FamilyMaps(gate);
            family = new EbpfFamily(gate, support, maps, takesAll);
            family.Watch("sched_process_fork", FamilyCompiler.Fork(maps, kernel));
            family.Watch("sched_process_exec", FamilyCompiler.Execution(maps, takesAll));
            family.Watch("sched_process_exit", FamilyCompiler.Exit(maps, kernel));
            return family;
        }
        catch (BpfException e)
        {
            if (family is not null)
                family.Close();
            else
                maps?.Dispose();
            throw EbpfFailures.Resources(e);
        }
    }

    public bool Add(int processId)
    {
        _maps.Add(processId);
        // Its end is told from here on; one that has ended before is not.
        if (IsAlive(processId))
            return _members.Add(processId);
        _maps.Remove(processId);
        return false;
    }

    private bool IsAlive(int processId) => new ProcFs(_gate).Status(processId).TryGet(out var status) && status.State is not (ProcessState.Zombie or ProcessState.Dead);

    public void Assign(int processId, uint image)
    {
        if (_maps.TryFind(processId, out var now))
            _maps.Assign(processId, now with { Image = image });
    }

    public bool Observe(TargetModule loader)
    {
        if (!TryFind(loader, LoaderHook, out var hook) || !loader.Image.AddressMap.TryGetFileOffset(hook.Value, out var offset))
            return false;
        int? state = TryFind(loader, LoaderState, out var list) && unchecked((long)(list.Value - hook.Value)) + StateOffset is var distance and >= int.MinValue and <= int.MaxValue
            ? (int)distance
            : null;
        try
        {
            var program = BpfProgram.Load(_gate, _support.Definition(FamilyCompiler.Libraries(_maps, state), "st_libraries"));
            _links.Add(program);
            _links.Add(UprobeMultiLink.Attach(_breakpoints, program, new UprobeMultiOptions(loader.OpenPath, new[] { offset })));
        }
        catch (BpfException)
        {
            return false;
        }

        return true;
    }

    private static bool TryFind(TargetModule loader, string name, out ElfSymbol symbol)
    {
        symbol = default;
        return loader.Image.DynamicSymbols?.TryFind(name, out symbol) == true || loader.Image.SymbolTable?.TryFind(name, out symbol) == true;
    }

    public void Start(IFamilyObserver observer)
    {
        _observer = observer;
        _thread.Start();
    }

    public async ValueTask StopAsync()
    {
        _stopping = true;
        if (_thread.IsAlive)
        {
            _ring.Wake();
            await Task.Run(_thread.Join).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        await Task.Run(Close).ConfigureAwait(false);
    }

    private void Close()
    {
        _stopping = true;
        if (_thread.IsAlive)
        {
            _ring.Wake();
            _thread.Join();
        }

        // Threads that wait for an answer wait for a second at most, and closing waits for them.
        foreach (var link in _links)
            link.Dispose();
        _breakpoints.Dispose();
        _ring.Dispose();
        _maps.Dispose();
        _completed.TrySetResult();
    }

    private void Watch(string tracepoint, BpfInstruction[] code)
    {
        var program = BpfProgram.Load(_gate, new BpfProgramDefinition(BpfProgramType.RawTracePoint, code) { Name = "st_family" });
        _links.Add(program);
        _links.Add(RawTracepointLink.Attach(_gate, program, tracepoint));
    }

    private void Run()
    {
        const int LongestWaitMilliseconds = 100;
        try
        {
            // Threads of the target that wait for an answer take processor time.
            _gate.RunFirst();
            var visitor = new Visitor(this);
            while (!_stopping && (_takesAll || _members.Count > 0))
            {
                _ring.Wait(LongestWaitMilliseconds);
                _ring.Drain(ref visitor);
            }

            _completed.TrySetResult();
        }
#pragma warning disable CA1031 // A thread's last words: whatever ended it is told by the task.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _completed.TrySetException(EbpfFailures.Reading(e));
        }
    }

    private void Handle(in FamilyRecord record)
    {
        switch (record.Kind)
        {
            case FamilyRecordKind.Forked:
                _members.Add(record.Other);
                _observer!.OnForked(record.Process, record.Other, record.Ticket);
                break;
            case FamilyRecordKind.Executed:
                _members.Add(record.Process);
                _observer!.OnExecuted(record.Process, record.Ticket);
                break;
            case FamilyRecordKind.Libraries:
                Answer(record);
                break;
            case FamilyRecordKind.Exited:
                Leave(record.Process);
                break;
            default:
                break;
        }
    }

    private void Answer(in FamilyRecord record)
    {
        var known = _maps.TryFind(record.Process, out var before);
        var image = _observer!.OnLibraries(record.Process);
        if (!known || !_maps.TryFind(record.Process, out var now) || now.Executions != before.Executions)
            return;
        _maps.Answer(record.Other, record.Ticket, image);
        // A thread that has gone on does not take it any more: its process gets the image from here. Where it is close it is waited for.
        const ulong Close = FamilyCompiler.PatienceNanoseconds / 4 * 3;
        const ulong Over = FamilyCompiler.PatienceNanoseconds / 10 * 11;
        var waited = Waited(record);
        if (waited < Close)
            return;
        if (waited < Over)
            Thread.Sleep((int)((Over - waited) / 1_000_000) + 1);
        if (_maps.Withdraw(record.Other))
            Assign(record.Process, image);
    }

    // CLOCK_MONOTONIC, which the kernel's programs read too.
    private static ulong Waited(in FamilyRecord record) => (ulong)Stopwatch.GetElapsedTime(0, Stopwatch.GetTimestamp()).Ticks * 100 - record.Ticket;

    private void Leave(int process)
    {
        if (_members.Remove(process))
            _observer!.OnExited(process);
    }

    private readonly struct Visitor(EbpfFamily family) : IRingBufferVisitor
    {
        public void Visit(ReadOnlySpan<byte> record)
        {
            if (!family._stopping && record.Length >= FamilyRecord.Size)
                family.Handle(MemoryMarshal.Read<FamilyRecord>(record));
        }
    }
}

using Tracer.Core.Events;
using Tracer.Core.Execution;
using Tracer.Core.Expressions;
using Tracer.Linux;

namespace Tracer.Uprobes.Perf;

/// <summary>What is known of a sample's hit. One object serves all hits.</summary>
internal sealed class PerfHitFacts(ISystemCallGate gate, int processId, bool copiesStacks) : IHitFacts
{
    private static readonly ulong WallOffset = WallClock.UnixNanosecondsAtZero();

    private readonly ProcFs _proc = new(gate);
    private PerfThread? _thread;
    private ulong _time;
    private int _cpu;
    private byte[] _stack = [];
    private int _stackLength;

    public ReadOnlySpan<byte> Comm => _thread is null ? default : _thread.Name;

    public bool HasStack { get; private set; }

    public ReadOnlySpan<byte> Stack => _stack.AsSpan(0, _stackLength);

    /// <summary>From now on tells of this hit.</summary>
    public void MoveTo(PerfThread thread, in PerfRecord sample)
    {
        (_thread, _time, _cpu) = (thread, sample.Time, sample.Cpu);
        if (!copiesStacks)
            return;
        HasStack = true;
        var stack = sample.Stack;
        if (_stack.Length < stack.Length)
            _stack = new byte[stack.Length];
        stack.CopyTo(_stack);
        _stackLength = stack.Length;
    }

    public bool TryGet(BuiltInValue value, out ulong number)
    {
        number = 0;
        switch (value)
        {
            case BuiltInValue.ProcessId:
                number = (ulong)processId;
                return true;
            case BuiltInValue.ThreadId:
                number = (ulong)_thread!.ThreadId;
                return true;
            case BuiltInValue.Cpu:
                number = (ulong)_cpu;
                return true;
            case BuiltInValue.Timestamp:
                number = _time;
                return true;
            case BuiltInValue.WallTimestamp:
                number = _time + WallOffset;
                return true;
            // How long the thread has run is not asked of /proc: it would be a later time's answer.
            case BuiltInValue.ParentProcessId when _thread!.Status(_proc, _time) is { } status:
                number = (ulong)status.PPid;
                return true;
            case BuiltInValue.UserId when _thread!.Status(_proc, _time) is { } status:
                number = status.RealUserId;
                return true;
            case BuiltInValue.GroupId when _thread!.Status(_proc, _time) is { } status:
                number = status.RealGroupId;
                return true;
            default:
                return false;
        }
    }
}

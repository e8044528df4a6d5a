using Tracer.Core.Events;
using Tracer.Core.Expressions;
using Tracer.Core.Records;

namespace Tracer.Core.Execution;

/// <summary>What a record's header tells of its hit.</summary>
internal sealed class RecordFacts : IHitFacts
{
    private static readonly Lazy<ulong> WallOffset = new(WallClock.UnixNanosecondsAtZero);

    private readonly byte[] _comm = new byte[RecordLayout.CommSize];
    private int _commLength;
    private ulong _time;
    private int _process;
    private int _thread;
    private int _cpu;

    public ReadOnlySpan<byte> Comm => _comm.AsSpan(0, _commLength);

    public void MoveTo(in EventRecord record)
    {
        record.Comm.CopyTo(_comm);
        _commLength = record.Comm.Length;
        (_time, _process, _thread, _cpu) = (record.Time, record.ProcessId, record.ThreadId, record.Cpu);
    }

    public bool TryGet(BuiltInValue value, out ulong number)
    {
        number = value switch
        {
            BuiltInValue.Timestamp => _time,
            BuiltInValue.WallTimestamp => _time + WallOffset.Value,
            BuiltInValue.ProcessId => (ulong)_process,
            BuiltInValue.ThreadId => (ulong)_thread,
            BuiltInValue.Cpu => (ulong)_cpu,
            _ => 0,
        };
        return value is BuiltInValue.Timestamp or BuiltInValue.WallTimestamp or BuiltInValue.ProcessId or BuiltInValue.ThreadId or BuiltInValue.Cpu;
    }
}

using Tracer.Core.Expressions;
using Tracer.Core.Records;

namespace Tracer.Core.Execution;

/// <summary>What a record's header tells of its hit.</summary>
internal sealed class RecordFacts : IHitFacts
{
    private readonly byte[] _comm = new byte[RecordLayout.CommSize];
    private int _commLength;
    private HitIdentity _identity;

    public ReadOnlySpan<byte> Comm => _comm.AsSpan(0, _commLength);

    public void MoveTo(in EventRecord record)
    {
        record.Comm.CopyTo(_comm);
        _commLength = record.Comm.Length;
        _identity = new HitIdentity(record.ProcessId, record.ThreadId, record.Cpu, record.Time);
    }

    public bool TryGet(BuiltInValue value, out ulong number) => _identity.TryGet(value, out number);
}

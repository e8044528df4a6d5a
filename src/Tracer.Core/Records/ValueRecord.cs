using System.Buffers.Binary;
using Tracer.Core.Evaluation;
using Tracer.Core.Expressions;
using Tracer.Core.Plans;

namespace Tracer.Core.Records;

/// <summary>One value of an <see cref="EventRecord"/>: its status first, then what there is of it.</summary>
public readonly ref struct ValueRecord
{
    private readonly ReadOnlySpan<byte> _slot;

    internal ValueRecord(PlannedValue planned, ReadOnlySpan<byte> slot, ReadOnlySpan<byte> text)
    {
        Planned = planned;
        _slot = slot;
        TextBytes = text;
    }

    /// <summary>The name and the expression it comes from.</summary>
    public PlannedValue Planned { get; }

    /// <summary>Whether the value is whole, truncated or missing, and why.</summary>
    public EvaluationStatus Status => (EvaluationStatus)_slot[RecordLayout.SlotStatusOffset];

    /// <summary>Whether it depends on memory that was read after the hit, while the target ran on: it may have changed since.</summary>
    public bool IsLate => (_slot[RecordLayout.SlotFlagsOffset] & RecordLayout.LateFlag) != 0;

    /// <summary>The integer in canonical form, a float's bits, a text's whole length in bytes where it is known, or the address of a fault.</summary>
    public ulong Bits => BinaryPrimitives.ReadUInt64LittleEndian(_slot[RecordLayout.SlotValueOffset..]);

    /// <summary>The bytes of a text that were read, in <see cref="Charset"/>; at most the plan's limit.</summary>
    public ReadOnlySpan<byte> TextBytes { get; }

    /// <summary>How <see cref="TextBytes"/> are stored.</summary>
    public Charset Charset => (Charset)_slot[RecordLayout.SlotCharsetOffset];

    /// <summary>The number of a float value.</summary>
    public double Number => Planned.Expression.Type is FloatType { Size: 4 }
        ? BitConverter.UInt32BitsToSingle((uint)Bits)
        : BitConverter.UInt64BitsToDouble(Bits);
}

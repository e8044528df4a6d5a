using Tracer.Core.Expressions;
using Tracer.Core.Plans;
using Tracer.Core.Stacks;

namespace Tracer.Core.Records;

/// <summary>
/// The layout of one event's record, which kernel programs and the managed writer both produce and <see cref="EventRecord"/> reads: a header, one
/// slot a value, then the bytes of all texts, one after the other in the order of their slots. Little endian.
/// </summary>
public static class RecordLayout
{
    /// <summary>u64: CLOCK_MONOTONIC nanoseconds.</summary>
    public const int TimeOffset = 0;

    /// <summary>u64: process id (tgid) in the high half, thread id in the low half, as <c>bpf_get_current_pid_tgid</c> returns it.</summary>
    public const int PidTgidOffset = 8;

    /// <summary>u32: the CPU.</summary>
    public const int CpuOffset = 16;

    /// <summary>u32: index into the plan's emissions.</summary>
    public const int EmissionOffset = 20;

    /// <summary>16 bytes: the thread's name, NUL-padded (TASK_COMM_LEN).</summary>
    public const int CommOffset = 24;

    /// <summary>Bytes of <see cref="CommOffset"/>.</summary>
    public const int CommSize = 16;

    /// <summary>Where the slots begin.</summary>
    public const int HeaderSize = 40;

    /// <summary>Bytes of a slot.</summary>
    public const int SlotSize = 16;

    /// <summary>In a slot, u64: the value, a text's whole length in bytes where it is known, or the address of a fault.</summary>
    public const int SlotValueOffset = 0;

    /// <summary>In a slot, u32: bytes of text, or of a stack, that follow the slots.</summary>
    public const int SlotTextBytesOffset = 8;

    /// <summary>In a slot, u8: an <see cref="Evaluation.EvaluationStatus"/>.</summary>
    public const int SlotStatusOffset = 12;

    /// <summary>In a slot, u8: a <see cref="Expressions.Charset"/>.</summary>
    public const int SlotCharsetOffset = 13;

    /// <summary>In a slot, u8: flags, of which records that are read have one, <see cref="LateFlag"/>. The byte behind it is zero.</summary>
    public const int SlotFlagsOffset = 14;

    /// <summary>The value depends on memory that was read after the hit and may have changed since.</summary>
    public const byte LateFlag = 1;

    /// <summary>The most bytes a value can have behind the slots, with texts limited to <paramref name="textLimit"/> bytes each.</summary>
    public static int BytesOf(Expression expression, int textLimit) => expression switch
    {
        TextLiteralExpression => 0,
        StackExpression s => StackCapture.HeaderSize + s.Bytes,
        { Type: PictureType } => PictureExpression.Capacity,
        { Type: TextType } => textLimit,
        _ => 0,
    };

    /// <summary>The most bytes a record of an emission can have, with texts limited to <paramref name="textLimit"/> bytes each.</summary>
    public static int MaximumSize(Emission emission, int textLimit)
    {
        ArgumentNullException.ThrowIfNull(emission);
        return HeaderSize + (emission.Values.Count * SlotSize) + emission.Values.Sum(v => BytesOf(v.Expression, textLimit));
    }
}

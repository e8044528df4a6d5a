using System.Globalization;
using Tracer.Core.Evaluation;
using Tracer.Core.Expressions;
using Tracer.Core.Pictures;
using Tracer.Core.Records;
using Tracer.Core.Stacks;

namespace Tracer.Core.Events;

/// <summary>
/// A value of an event: an integer, a float, text or a stack, or the statement that it could not be read. <see cref="ToString"/> of a missing value says
/// why it is missing; it is never an empty string.
/// </summary>
public readonly record struct TraceValue
{
    private readonly ulong _bits;

    /// <summary>Copies a value out of a record.</summary>
    /// <param name="record">The value.</param>
    /// <param name="walker">Walks stacks; null leaves them without frames.</param>
    /// <param name="pictures">Reads pictures; null leaves them without contents.</param>
    public TraceValue(ValueRecord record, StackWalker? walker = null, PictureReaders? pictures = null)
    {
        if (record.Planned.Expression.Type is StackType && record.Status <= EvaluationStatus.Truncated)
            Frames = walker is null ? [] : walker.Walk(record.TextBytes, out _).ToArray();
        Name = record.Planned.Name;
        Type = record.Planned.Expression.Type;
        Status = record.Status;
        IsLate = record.IsLate;
        if (Type is PictureType && HasValue)
        {
            Content = pictures?.Read(record);
            IsLate |= Content is { IsLate: true };
        }

        _bits = record.Bits;
        Reason = Status == EvaluationStatus.Unavailable ? record.Planned.UnavailableReason : null;
        if (Type is TextType && HasValue)
            Text = TextDecoder.Decode(record.TextBytes, record.Charset, Status == EvaluationStatus.Truncated);
    }

    /// <summary>A value that is no part of a record; text is UTF-8.</summary>
    internal TraceValue(string name, ExpressionType type, EvaluationStatus status, ulong bits, ReadOnlySpan<byte> text)
    {
        Name = name;
        Type = type;
        Status = status;
        _bits = bits;
        if (Type is TextType && HasValue)
            Text = TextDecoder.Decode(text, Charset.Utf8, truncated: false);
    }

    /// <summary>A stack that is no part of a record.</summary>
    internal TraceValue(string name, EvaluationStatus status, IReadOnlyList<NativeFrame> frames)
    {
        Name = name;
        Type = StackType.Instance;
        Status = status;
        Frames = frames;
    }

    /// <summary>Its parameter's name.</summary>
    public string Name { get; }

    /// <summary>Its type.</summary>
    public ExpressionType Type { get; }

    /// <summary>Whether it is whole, truncated or missing.</summary>
    public EvaluationStatus Status { get; }

    /// <summary>Whether it depends on memory that was read after the hit, while the target ran on: it may have changed since.</summary>
    public bool IsLate { get; }

    /// <summary>Whether there is a value, whole or truncated.</summary>
    public bool HasValue => Status <= EvaluationStatus.Truncated;

    /// <summary>The text, without what the limit cut off; null when it is no text or could not be read.</summary>
    public string? Text { get; }

    /// <summary>The frames of a stack, innermost first; null when it is no stack or could not be read.</summary>
    public IReadOnlyList<NativeFrame>? Frames { get; }

    /// <summary>The names and values of a picture (arguments, locals, objects of an interpreter); null when it is none or could not be read.</summary>
    public PictureContent? Content { get; }

    /// <summary>The integer, sign-extended; for unsigned 64-bit values the same bits. Zero when there is none.</summary>
    public long Int64 => HasValue ? (long)_bits : 0;

    /// <summary>The number of a float; NaN when it is none or could not be read.</summary>
    public double Double => !HasValue ? double.NaN : Type switch
    {
        FloatType { Size: 4 } => BitConverter.UInt32BitsToSingle((uint)_bits),
        FloatType => BitConverter.UInt64BitsToDouble(_bits),
        _ => double.NaN,
    };

    /// <summary>The address that could not be read, when <see cref="Status"/> is a fault.</summary>
    public ulong FaultAddress => Status == EvaluationStatus.Fault ? _bits : 0;

    /// <summary>A text's whole length in bytes where it is known; 0 otherwise.</summary>
    public ulong TextLength => Type is TextType && HasValue ? _bits : 0;

    /// <summary>Why the value is not available at this site; null unless the status says so.</summary>
    public string? Reason { get; }

    /// <inheritdoc/>
    public override string ToString() => Status switch
    {
        EvaluationStatus.Fault => $"<unreadable 0x{_bits:x}>",
        EvaluationStatus.Unavailable => $"<unavailable: {Reason}>",
        EvaluationStatus.DivideByZero => "<division by zero>",
        EvaluationStatus.LoopLimit => "<too long to compute>",
        // A record that says what no backend says.
        > EvaluationStatus.Truncated => "<unavailable>",
        _ => Type switch
        {
            StackType => string.Join(' ', (Frames ?? []).Select(f => f.Kind == NativeFrameKind.Missing ? "..." : string.Create(CultureInfo.InvariantCulture, $"0x{f.Address:x}"))),
            PictureType => Content?.ToString() ?? "",
            TextType => Status == EvaluationStatus.Truncated ? Text + "…" : Text!,
            FloatType { Size: 4 } => ((float)Double).ToString("R", CultureInfo.InvariantCulture),
            FloatType => Double.ToString("R", CultureInfo.InvariantCulture),
            IntegerType { Signed: false } => _bits.ToString(CultureInfo.InvariantCulture),
            _ => ((long)_bits).ToString(CultureInfo.InvariantCulture),
        },
    };
}

using System.Globalization;
using Tracer.Core.Evaluation;
using Tracer.Core.Events;
using Tracer.Core.Expressions;
using Tracer.Core.Records;

namespace Tracer.Runtimes.Tests.Native;

/// <summary>A value of an event in the fixtures' notation (<c>i:-5</c>), or why it could not be had.</summary>
internal readonly record struct TracedValue(string? Text, string? Missing)
{
    public static TracedValue Of(in ValueRecord value)
    {
        if (value.Status != EvaluationStatus.Ok)
            return new(null, value.Status == EvaluationStatus.Unavailable ? value.Planned.UnavailableReason : value.Status.ToString());
        var bits = value.Bits;
        return new(value.Planned.Expression.Type switch
        {
            TextType => "s:" + TextDecoder.Decode(value.TextBytes, value.Charset, truncated: false),
            FloatType { Size: 4 } => string.Create(CultureInfo.InvariantCulture, $"f:{BitConverter.UInt32BitsToSingle((uint)bits):R}"),
            FloatType => string.Create(CultureInfo.InvariantCulture, $"d:{BitConverter.UInt64BitsToDouble(bits):R}"),
            IntegerType { Signed: true } => string.Create(CultureInfo.InvariantCulture, $"i:{(long)bits}"),
            _ => string.Create(CultureInfo.InvariantCulture, $"u:{bits}"),
        }, null);
    }

    /// <summary>What the fixture printed, with its numbers in our spelling.</summary>
    public static string Normalise(string printed) => printed[..2] switch
    {
        "f:" => string.Create(CultureInfo.InvariantCulture, $"f:{float.Parse(printed[2..], CultureInfo.InvariantCulture):R}"),
        "d:" => string.Create(CultureInfo.InvariantCulture, $"d:{double.Parse(printed[2..], CultureInfo.InvariantCulture):R}"),
        _ => printed,
    };
}

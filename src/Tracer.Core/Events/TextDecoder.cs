using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Tracer.Core.Expressions;

namespace Tracer.Core.Events;

/// <summary>
/// Turns text as a target stores it into UTF-8 or a string without losing anything: a byte that is no UTF-8 becomes <c>\xNN</c> and a lone surrogate
/// <c>\uNNNN</c>. A sequence that the text limit cut in two is left out.
/// </summary>
public static class TextDecoder
{
    /// <summary>The text as a string.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes, Charset charset, bool truncated)
    {
        if (charset == Charset.Latin1)
            return Encoding.Latin1.GetString(bytes);
        var builder = new StringBuilder(bytes.Length);
        Span<char> characters = stackalloc char[2];
        while (TryNext(ref bytes, charset, truncated, out var rune, out var raw))
        {
            if (raw >= 0)
                builder.Append(charset == Charset.Utf8 ? $"\\x{raw:x2}" : $"\\u{raw:x4}");
            else
                builder.Append(characters[..rune.EncodeToUtf16(characters)]);
        }

        return builder.ToString();
    }

    /// <summary>Writes the text as UTF-8, escaped for no format; allocates nothing of its own.</summary>
    public static void WriteUtf8(IBufferWriter<byte> output, ReadOnlySpan<byte> bytes, Charset charset, bool truncated)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (charset == Charset.Utf8 && Ascii.IsValid(bytes))
        {
            output.Write(bytes);
            return;
        }

        while (TryNext(ref bytes, charset, truncated, out var rune, out var raw))
        {
            var span = output.GetSpan(8);
            if (raw < 0)
            {
                output.Advance(rune.EncodeToUtf8(span));
                continue;
            }

            span[0] = (byte)'\\';
            span[1] = charset == Charset.Utf8 ? (byte)'x' : (byte)'u';
            var digits = charset == Charset.Utf8 ? 2 : 4;
            for (var k = 0; k < digits; k++)
                span[2 + k] = "0123456789abcdef"u8[(raw >> ((digits - 1 - k) * 4)) & 15];
            output.Advance(2 + digits);
        }
    }

    /// <summary>Compares two texts by their characters: negative, zero or positive. What is no character compares by its number.</summary>
    public static int Compare(ReadOnlySpan<byte> left, Charset leftCharset, ReadOnlySpan<byte> right, Charset rightCharset)
    {
        if (leftCharset == rightCharset && leftCharset <= Charset.Latin1)
            return left.SequenceCompareTo(right);
        while (true)
        {
            var isLeft = TryNext(ref left, leftCharset, false, out var leftRune, out var leftRaw);
            var isRight = TryNext(ref right, rightCharset, false, out var rightRune, out var rightRaw);
            if (!isLeft || !isRight)
                return isLeft.CompareTo(isRight);
            var order = (leftRaw >= 0 ? leftRaw : leftRune.Value).CompareTo(rightRaw >= 0 ? rightRaw : rightRune.Value);
            if (order != 0)
                return order;
        }
    }

    /// <summary>Takes the next character; <paramref name="raw"/> is the offending byte or code unit when there is no character, else -1.</summary>
    private static bool TryNext(ref ReadOnlySpan<byte> bytes, Charset charset, bool truncated, out Rune rune, out int raw)
    {
        rune = default;
        raw = -1;
        if (bytes.IsEmpty)
            return false;
        if (charset == Charset.Utf8)
        {
            var status = Rune.DecodeFromUtf8(bytes, out rune, out var consumed);
            if (status == OperationStatus.NeedMoreData && truncated)
                return false;
            if (status != OperationStatus.Done)
            {
                raw = bytes[0];
                consumed = 1;
            }

            bytes = bytes[consumed..];
            return true;
        }

        var unit = charset == Charset.Ucs4 ? 4 : charset == Charset.Ucs2 ? 2 : 1;
        if (bytes.Length < unit)
            return false;
        var code = unit switch
        {
            4 => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            2 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
            _ => bytes[0],
        };
        bytes = bytes[unit..];
        if (!Rune.TryCreate(code, out rune))
            raw = (int)(code & 0xFFFF);
        return true;
    }
}

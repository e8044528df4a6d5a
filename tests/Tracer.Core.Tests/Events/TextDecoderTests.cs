using System.Buffers;
using System.Text;
using CsCheck;
using Tracer.Core.Events;
using Tracer.Core.Expressions;
using Xunit;

namespace Tracer.Core.Tests.Events;

public sealed class TextDecoderTests
{
    [Theory]
    [InlineData(new byte[] { 0x61, 0xC3, 0xA9 }, Charset.Utf8, false, "aé")]
    [InlineData(new byte[] { 0x61, 0xE9 }, Charset.Latin1, false, "aé")]
    [InlineData(new byte[] { 0x70, 0x65, 0x00, 0xD8 }, Charset.Ucs2, false, "数\\ud800")]
    [InlineData(new byte[] { 0x1F, 0xD4, 0x01, 0x00 }, Charset.Ucs4, false, "𝐟")]
    [InlineData(new byte[] { 0x61, 0xFF, 0x62 }, Charset.Utf8, false, "a\\xffb")]
    [InlineData(new byte[] { 0x61, 0xE6, 0x95 }, Charset.Utf8, true, "a")]
    [InlineData(new byte[] { 0x61, 0xE6, 0x95 }, Charset.Utf8, false, "a\\xe6\\x95")]
    public void Nothing_is_lost(byte[] bytes, Charset charset, bool truncated, string expected)
    {
        Assert.Equal(expected, TextDecoder.Decode(bytes, charset, truncated));
        Assert.Equal(expected, Utf8(bytes, charset, truncated));
    }

    [Fact]
    public void Any_string_survives_utf8() =>
        Gen.String.Where(s => s.EnumerateRunes().All(r => r != Rune.ReplacementChar)).Sample(text =>
            Assert.Equal(text, Utf8(Encoding.UTF8.GetBytes(text), Charset.Utf8, false)));

    [Fact]
    public void Both_writers_agree_on_hostile_bytes() =>
        Gen.Select(Gen.Byte.Array[0, 40], Gen.Int[0, 3].Select(k => k switch { 0 => Charset.Utf8, 1 => Charset.Latin1, 2 => Charset.Ucs2, _ => Charset.Ucs4 }), Gen.Bool).Sample((bytes, charset, truncated) =>
            Assert.Equal(TextDecoder.Decode(bytes, charset, truncated), Utf8(bytes, charset, truncated)));

    private static string Utf8(ReadOnlySpan<byte> bytes, Charset charset, bool truncated)
    {
        var writer = new ArrayBufferWriter<byte>();
        TextDecoder.WriteUtf8(writer, bytes, charset, truncated);
        return Encoding.UTF8.GetString(writer.WrittenSpan);
    }
}

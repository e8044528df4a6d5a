namespace Tracer.Elf.Xz;

/// <summary>
/// Decodes the first stream of an .xz file (the .xz file format, tukaani.org) whose blocks use LZMA2 alone, which is what
/// .gnu_debugdata holds. Checksums are skipped: damage shows in the decoder or in the ELF file inside.
/// </summary>
internal static class XzDecoder
{
    private const int StreamHeaderSize = 12;
    private const byte Lzma2Filter = 0x21;

    // The sizes of the check behind a block by its type (section 2.1.1.2).
    private static ReadOnlySpan<byte> CheckSizes => [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];

    private static ReadOnlySpan<byte> Magic => [0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0];

    // Symbol tables shrink to a fifth or so; this bounds what a hostile stream can make us allocate.
    private static int MaxOutput(int compressed) => (int)Math.Min(((long)compressed * 64) + (64 * 1024), Array.MaxLength);

    /// <summary>Decodes a stream, or says in a clause why it cannot be.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> data, out ReadOnlyMemory<byte> decoded, out string problem)
    {
        decoded = default;
        problem = "";
        if (data.Length < StreamHeaderSize || !data.StartsWith(Magic))
        {
            problem = "not an xz stream";
            return false;
        }
        var checkSize = CheckSizes[data[7] & 0x0f];
        var decoder = new Lzma2Decoder(data.Length, MaxOutput(data.Length));
        var rest = data[StreamHeaderSize..];
        // A block's header starts with its size; 0 is the index behind the last block.
        while (!rest.IsEmpty && rest[0] != 0)
        {
            var headerSize = (rest[0] + 1) * 4;
            if (headerSize > rest.Length || !IsLzma2Alone(rest[..headerSize]))
            {
                problem = headerSize > rest.Length ? "it ends inside a block header" : "a block uses other filters than LZMA2";
                return false;
            }
            if (!decoder.TryDecode(rest[headerSize..], out var used, out problem))
                return false;
            var blockSize = headerSize + ((used + 3) & ~3) + checkSize;
            if (blockSize > rest.Length)
            {
                problem = "it ends inside a block";
                return false;
            }
            rest = rest[blockSize..];
        }
        if (rest.IsEmpty)
        {
            problem = "it has no index";
            return false;
        }
        decoded = decoder.Output;
        return true;
    }

    // Section 3.1: size, flags, the optional sizes, then the list of filters.
    private static bool IsLzma2Alone(ReadOnlySpan<byte> header)
    {
        const byte FilterCountAndReserved = 0x3f, HasCompressedSize = 0x40, HasUncompressedSize = 0x80;
        var flags = header[1];
        if ((flags & FilterCountAndReserved) != 0)
            return false;
        var at = 2;
        if ((flags & HasCompressedSize) != 0)
            SkipInteger(header, ref at);
        if ((flags & HasUncompressedSize) != 0)
            SkipInteger(header, ref at);
        return at + 1 < header.Length && header[at] == Lzma2Filter && header[at + 1] == 1;
    }

    private static void SkipInteger(ReadOnlySpan<byte> header, ref int at)
    {
        while (at < header.Length && (header[at] & 0x80) != 0)
            at++;
        at++;
    }
}

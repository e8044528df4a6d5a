namespace Tracer.Elf.Xz;

/// <summary>Recognises xz streams; decoding is not supported yet.</summary>
internal static class XzDecoder
{
    public static bool TryDecode(ReadOnlySpan<byte> data, out byte[] decoded, out string problem)
    {
        decoded = [];
        problem = data.StartsWith((ReadOnlySpan<byte>)[0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0]) ? "xz is not supported yet" : "not an xz stream";
        return false;
    }
}

namespace Tracer.Core.Stacks.Symbols;

/// <summary>The CRC of .gnu_debuglink: CRC-32 of IEEE 802.3, reflected (gdb's manual, "Debugging Information in Separate Files").</summary>
internal static class DebugLinkChecksum
{
    private const uint Polynomial = 0xedb88320;
    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(Entry)];

    public static uint Compute(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
            crc = Table[(byte)(crc ^ value)] ^ (crc >> 8);
        return ~crc;
    }

    private static uint Entry(int value)
    {
        var crc = (uint)value;
        for (var bit = 0; bit < 8; bit++)
            crc = (crc & 1) != 0 ? (crc >> 1) ^ Polynomial : crc >> 1;
        return crc;
    }
}

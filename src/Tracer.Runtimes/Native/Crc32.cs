namespace Tracer.Runtimes.Native;

/// <summary>The checksum of .gnu_debuglink (gdb manual, "Separate Debug Files"): CRC-32 of IEEE 802.3.</summary>
internal static class Crc32
{
    private static readonly uint[] Table = Build();

    /// <summary>The checksum of all bytes.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = ~0u;
        foreach (var value in bytes)
            crc = Table[(byte)(crc ^ value)] ^ (crc >> 8);
        return ~crc;
    }

    private static uint[] Build()
    {
        var table = new uint[256];
        for (uint k = 0; k < table.Length; k++)
        {
            var value = k;
            for (var bit = 0; bit < 8; bit++)
                value = (value & 1) != 0 ? 0xedb88320 ^ (value >> 1) : value >> 1;
            table[k] = value;
        }

        return table;
    }
}

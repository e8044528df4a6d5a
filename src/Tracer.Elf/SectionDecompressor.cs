using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;

namespace Tracer.Elf;

/// <summary>
/// Decompresses sections. The output grows as it really arrives, up to the size the header announces, so that a lying header
/// cannot make us allocate.
/// </summary>
internal static class SectionDecompressor
{
    // gABI ch_type.
    private const uint Zlib = 1;
    private const uint Zstd = 2;

    // Deflate cannot expand beyond 1032:1 (zlib's technical notes); debug sections are far below, with zstd too.
    private const ulong MaxRatio = 1032;

    public static bool TryDecompress(
        ElfClass elfClass, ReadOnlyMemory<byte> raw, ulong offset, out ReadOnlyMemory<byte> data, out ElfDiagnostic? diagnostic)
    {
        // Elf64_Chdr: type, reserved, size, alignment; Elf32_Chdr: type, size, alignment.
        var headerSize = elfClass == ElfClass.Elf64 ? 24 : 12;
        data = default;
        if (raw.Length < headerSize)
        {
            diagnostic = new(ElfDiagnosticIds.BadCompressionHeader,
                $"a compressed section of {raw.Length} bytes is smaller than its header", offset);
            return false;
        }
        var type = ElfFormat.U32(raw.Span, 0);
        var size = elfClass == ElfClass.Elf64 ? ElfFormat.U64(raw.Span, 8) : ElfFormat.U32(raw.Span, 4);
        if (type is not (Zlib or Zstd))
        {
            diagnostic = new(ElfDiagnosticIds.UnsupportedCompression, $"unknown section compression {type}", offset);
            return false;
        }
        return TryInflate(type, raw[headerSize..], size, offset, out data, out diagnostic);
    }

    /// <summary>GNU's older form, by the name .zdebug_*: "ZLIB", the size as 8 bytes big-endian, a zlib stream.</summary>
    public static bool TryDecompressGnu(
        ReadOnlyMemory<byte> raw, ulong offset, out ReadOnlyMemory<byte> data, out ElfDiagnostic? diagnostic)
    {
        const int HeaderSize = 12;
        data = default;
        if (raw.Length < HeaderSize || !raw.Span.StartsWith("ZLIB"u8))
        {
            diagnostic = new(ElfDiagnosticIds.BadCompressionHeader, "a .zdebug_ section does not start with ZLIB", offset);
            return false;
        }
        var size = BinaryPrimitives.ReadUInt64BigEndian(raw.Span[4..]);
        return TryInflate(Zlib, raw[HeaderSize..], size, offset, out data, out diagnostic);
    }

    private static bool TryInflate(
        uint type, ReadOnlyMemory<byte> compressed, ulong size, ulong offset, out ReadOnlyMemory<byte> data, out ElfDiagnostic? diagnostic)
    {
        data = default;
        if (size > (ulong)Array.MaxLength || size > (ulong)compressed.Length * MaxRatio)
        {
            diagnostic = new(ElfDiagnosticIds.BadCompressionHeader, $"{compressed.Length} compressed bytes cannot hold {size}", offset);
            return false;
        }
        diagnostic = null;
        if (size == 0)
            return true;
        string problem;
        try
        {
            using var source = OpenRead(compressed);
            using Stream decoder = type == Zlib
                ? new ZLibStream(source, CompressionMode.Decompress)
                : new ZstdSharp.DecompressionStream(source);
            var buffer = new byte[Math.Min(size, Math.Max(4096, (ulong)compressed.Length * 4))];
            var length = 0;
            while ((ulong)length < size)
            {
                if (length == buffer.Length)
                    Array.Resize(ref buffer, (int)Math.Min(size, (ulong)buffer.Length * 2));
                var read = decoder.Read(buffer, length, buffer.Length - length);
                if (read == 0)
                    break;
                length += read;
            }
            if ((ulong)length == size)
            {
                data = buffer;
                return true;
            }
            problem = $"a compressed section ends after {length} of {size} bytes";
        }
        catch (Exception e) when (e is InvalidDataException or IOException or ZstdSharp.ZstdException)
        {
            problem = $"a compressed section is corrupt: {e.Message}";
        }
        diagnostic = new(ElfDiagnosticIds.CorruptCompressedData, problem, offset);
        return false;
    }

    // Mapped files have no array behind them; compressed bytes are copied once then.
    private static MemoryStream OpenRead(ReadOnlyMemory<byte> bytes) => MemoryMarshal.TryGetArray(bytes, out var segment) && segment.Array is { } array
        ? new MemoryStream(array, segment.Offset, segment.Count, writable: false)
        : new MemoryStream(bytes.ToArray(), writable: false);
}

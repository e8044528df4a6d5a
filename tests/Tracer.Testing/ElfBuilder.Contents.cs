using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Tracer.Elf;

namespace Tracer.Testing;

/// <summary>Adds what readers look for: notes, SDT notes, build-ids, debug links, dynamic tables, relocations, compressed sections.</summary>
public sealed partial class ElfBuilder
{
    /// <summary>The bytes of one note.</summary>
    public static byte[] Note(string owner, uint type, ReadOnlySpan<byte> descriptor, int alignment = 4)
    {
        int Align(int value) => (value + alignment - 1) / alignment * alignment;
        var name = Encoding.UTF8.GetBytes(owner + "\0");
        var descriptorAt = Align(12 + name.Length);
        var note = new byte[Align(descriptorAt + descriptor.Length)];
        BinaryPrimitives.WriteUInt32LittleEndian(note, (uint)name.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(note.AsSpan(4), (uint)descriptor.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(note.AsSpan(8), type);
        name.CopyTo(note, 12);
        descriptor.CopyTo(note.AsSpan(descriptorAt));
        return note;
    }

    /// <summary>The bytes of one SDT note of a 64-bit file.</summary>
    public static byte[] SdtNote(string provider, string name, ulong location, string arguments = "", ulong semaphore = 0, ulong sdtBase = 0)
    {
        var text = Encoding.UTF8.GetBytes($"{provider}\0{name}\0{arguments}\0");
        var descriptor = new byte[24 + text.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(descriptor, location);
        BinaryPrimitives.WriteUInt64LittleEndian(descriptor.AsSpan(8), sdtBase);
        BinaryPrimitives.WriteUInt64LittleEndian(descriptor.AsSpan(16), semaphore);
        text.CopyTo(descriptor, 24);
        return Note("stapsdt", 3, descriptor);
    }

    /// <summary>Adds .note.stapsdt with these notes (see <see cref="SdtNote"/>).</summary>
    public ElfBuilder AddSdtNotes(params byte[][] notes) =>
        AddSection(".note.stapsdt", notes.SelectMany(n => n).ToArray(), type: ElfSectionType.Note, alignment: 4);

    /// <summary>Adds .note.gnu.build-id and its PT_NOTE segment.</summary>
    public ElfBuilder AddBuildId(params byte[] id) =>
        AddSection(".note.gnu.build-id", Note("GNU", 3, id), type: ElfSectionType.Note, alignment: 4)
            .AddSegment(ElfSegmentType.Note, ".note.gnu.build-id");

    /// <summary>Adds .gnu_debuglink.</summary>
    public ElfBuilder AddDebugLink(string fileName, uint crc)
    {
        var name = Encoding.UTF8.GetBytes(fileName);
        var data = new byte[((name.Length + 4) & ~3) + 4];
        name.CopyTo(data, 0);
        BinaryPrimitives.WriteUInt32LittleEndian(data.AsSpan(data.Length - 4), crc);
        return AddSection(".gnu_debuglink", data);
    }

    /// <summary>Adds .dynamic and its PT_DYNAMIC segment; the terminating DT_NULL is added.</summary>
    public ElfBuilder AddDynamic(ulong address, params (ulong Tag, ulong Value)[] entries)
    {
        var data = new byte[(entries.Length + 1) * 16];
        for (var i = 0; i < entries.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(i * 16), entries[i].Tag);
            BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan((i * 16) + 8), entries[i].Value);
        }
        return AddSection(".dynamic", data, address, ElfSectionType.Dynamic, ElfSectionFlags.Write, 8).AddSegment(ElfSegmentType.Dynamic, ".dynamic");
    }

    /// <summary>The bytes of a table of Elf64_Rela entries.</summary>
    public static byte[] Relocations(params ElfRelocation[] relocations)
    {
        var data = new byte[relocations.Length * 24];
        for (var i = 0; i < relocations.Length; i++)
        {
            var entry = data.AsSpan(i * 24);
            BinaryPrimitives.WriteUInt64LittleEndian(entry, relocations[i].Address);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[8..], ((ulong)relocations[i].SymbolIndex << 32) | (uint)relocations[i].Type);
            BinaryPrimitives.WriteInt64LittleEndian(entry[16..], relocations[i].Addend);
        }
        return data;
    }

    /// <summary>Adds a section compressed with zlib behind an Elf64_Chdr (SHF_COMPRESSED).</summary>
    public ElfBuilder AddZlibSection(string name, ReadOnlySpan<byte> data, ulong? announcedSize = null) =>
        AddSection(name, [.. CompressionHeader(1, announcedSize ?? (ulong)data.Length), .. Zlib(data)], flags: ElfSectionFlags.Compressed);

    /// <summary>Adds a section whose bytes are already compressed with zstd, behind an Elf64_Chdr (SHF_COMPRESSED).</summary>
    public ElfBuilder AddZstdSection(string name, ReadOnlySpan<byte> compressed, ulong size) =>
        AddSection(name, [.. CompressionHeader(2, size), .. compressed], flags: ElfSectionFlags.Compressed);

    /// <summary>Adds a section in GNU's older compressed form; the name should start with .zdebug_.</summary>
    public ElfBuilder AddGnuCompressedSection(string name, ReadOnlySpan<byte> data)
    {
        var header = new byte[12];
        "ZLIB"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt64BigEndian(header.AsSpan(4), (ulong)data.Length);
        return AddSection(name, [.. header, .. Zlib(data)]);
    }

    private static byte[] CompressionHeader(uint type, ulong size)
    {
        var header = new byte[24];
        BinaryPrimitives.WriteUInt32LittleEndian(header, type);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(8), size);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(16), 1);
        return header;
    }

    private static byte[] Zlib(ReadOnlySpan<byte> data)
    {
        using var output = new MemoryStream();
        using (var zlib = new ZLibStream(output, CompressionLevel.Optimal, leaveOpen: true))
            zlib.Write(data);
        return output.ToArray();
    }
}

using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Tracer.Elf.Dwarf;
using Xunit;

namespace Tracer.Elf.Tests.Dwarf;

/// <summary>Takes the debugging sections out of a real ELF64 file, inflating zlib ones; trusts its input, tests only.</summary>
internal static class DebugFile
{
    public static DwarfSections Read(string path, string suffix = "", DwarfSections? supplementary = null, IReadOnlyList<DwarfSections>? split = null)
    {
        byte[] file = File.ReadAllBytes(path);
        var sections = Sections(file);
        ReadOnlyMemory<byte> Get(string name) => sections.GetValueOrDefault(".debug_" + name + suffix);
        return new DwarfSections
        {
            Info = Get("info"),
            Abbrev = Get("abbrev"),
            Str = Get("str"),
            LineStr = Get("line_str"),
            StrOffsets = Get("str_offsets"),
            Addr = Get("addr"),
            RngLists = Get("rnglists"),
            Ranges = Get("ranges"),
            LocLists = Get("loclists"),
            Loc = Get("loc"),
            Types = Get("types"),
            Line = Get("line"),
            Aranges = Get("aranges"),
            Supplementary = supplementary,
            Split = split ?? [],
        };
    }

    private static Dictionary<string, ReadOnlyMemory<byte>> Sections(byte[] file)
    {
        int table = (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(40));
        int count = BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(60));
        int names = SectionOffset(file, table, BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(62)));
        var result = new Dictionary<string, ReadOnlyMemory<byte>>();
        for (int i = 0; i < count; i++)
        {
            var header = file.AsSpan(table + i * 64, 64);
            int nameAt = names + (int)BinaryPrimitives.ReadUInt32LittleEndian(header);
            string name = Encoding.ASCII.GetString(file, nameAt, file.AsSpan(nameAt).IndexOf((byte)0));
            if (!name.StartsWith(".debug", StringComparison.Ordinal) || BinaryPrimitives.ReadUInt32LittleEndian(header[4..]) == 8)
                continue;
            var data = file.AsMemory(SectionOffset(file, table, i), (int)BinaryPrimitives.ReadUInt64LittleEndian(header[32..]));
            if ((BinaryPrimitives.ReadUInt64LittleEndian(header[8..]) & 0x800) != 0)
                data = Inflate(data);
            // Several COMDAT copies of one section follow each other in an object; a linked file has one.
            result[name] = result.TryGetValue(name, out var before) ? (byte[])[.. before.Span, .. data.Span] : data;
        }
        return result;
    }

    private static int SectionOffset(byte[] file, int table, int index) =>
        (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(table + index * 64 + 24));

    private static Memory<byte> Inflate(ReadOnlyMemory<byte> section)
    {
        Assert.Equal(1u, BinaryPrimitives.ReadUInt32LittleEndian(section.Span));
        byte[] bytes = new byte[BinaryPrimitives.ReadUInt64LittleEndian(section.Span[8..])];
        using var stream = new ZLibStream(new MemoryStream(section[24..].ToArray()), CompressionMode.Decompress);
        stream.ReadExactly(bytes);
        return bytes;
    }
}

using System.Buffers.Binary;
using System.Text;
using Tracer.Elf;

namespace Tracer.Testing;

/// <summary>
/// Makes small ELF64 (or ELF32) files for tests: sections, segments, symbols and notes, laid out in the order they are added.
/// <see cref="Build"/> gives the bytes; the builder can go on afterwards.
/// </summary>
public sealed partial class ElfBuilder
{
    private readonly List<Section> _sections = [];
    private readonly List<Segment> _segments = [];
    private readonly List<Symbol> _symbols = [];
    private readonly List<Symbol> _dynamicSymbols = [];
    private ElfFileType _type = ElfFileType.SharedObject;
    private ElfMachine _machine = ElfMachine.X64;
    private ElfClass _class = ElfClass.Elf64;
    private bool _sectionHeaders = true;
    private bool _extendedNumbering;
    private ulong _entry;

    private bool Is64 => _class == ElfClass.Elf64;

    public ElfBuilder Type(ElfFileType type)
    {
        _type = type;
        return this;
    }

    public ElfBuilder Machine(ElfMachine machine, ElfClass elfClass = ElfClass.Elf64)
    {
        (_machine, _class) = (machine, elfClass);
        return this;
    }

    public ElfBuilder Entry(ulong address)
    {
        _entry = address;
        return this;
    }

    /// <summary>Leaves the section headers out, as sstrip does.</summary>
    public ElfBuilder WithoutSectionHeaders()
    {
        _sectionHeaders = false;
        return this;
    }

    /// <summary>Writes e_shnum as 0 and e_shstrndx as SHN_XINDEX, with the true values in the first section header.</summary>
    public ElfBuilder WithExtendedNumbering()
    {
        _extendedNumbering = true;
        return this;
    }

    /// <summary>Adds a section. A non-zero address also gives it a PT_LOAD segment unless one that covers it was added by hand.</summary>
    public ElfBuilder AddSection(string name, ReadOnlySpan<byte> data, ulong address = 0, ElfSectionType type = ElfSectionType.ProgramBits,
        ElfSectionFlags flags = ElfSectionFlags.None, ulong alignment = 1, string? link = null, ulong entrySize = 0)
    {
        _sections.Add(new(name, type, flags | (address != 0 ? ElfSectionFlags.Allocate : 0), address, data.ToArray(), (ulong)data.Length, alignment, link, entrySize));
        return this;
    }

    /// <summary>Adds a section without bytes in the file, as .bss.</summary>
    public ElfBuilder AddNoBits(string name, ulong address, ulong size)
    {
        _sections.Add(new(name, ElfSectionType.NoBits, ElfSectionFlags.Allocate | ElfSectionFlags.Write, address, [], size, 1, null, 0));
        return this;
    }

    /// <summary>Adds a segment over the bytes of a section.</summary>
    public ElfBuilder AddSegment(ElfSegmentType type, string section, ElfSegmentFlags flags = ElfSegmentFlags.Read, ulong? memorySize = null, ulong? alignment = null)
    {
        _segments.Add(new(type, flags, section, default, memorySize, alignment));
        return this;
    }

    /// <summary>Adds a segment with explicit values, sane or not.</summary>
    public ElfBuilder AddSegment(ElfSegment segment)
    {
        _segments.Add(new(segment.Type, segment.Flags, null, segment, null, null));
        return this;
    }

    /// <summary>Adds a symbol to .symtab. Locals stay in the order of the calls, so that file symbols group what follows them.</summary>
    public ElfBuilder AddSymbol(string name, ulong value, ulong size = 0, ElfSymbolType type = ElfSymbolType.Object,
        ElfSymbolBinding binding = ElfSymbolBinding.Global, ushort section = 1)
    {
        _symbols.Add(new(name, value, size, type, binding, section));
        return this;
    }

    /// <summary>Adds an STT_FILE symbol: the local symbols added after it belong to this source file.</summary>
    public ElfBuilder AddFileSymbol(string name) => AddSymbol(name, 0, 0, ElfSymbolType.File, ElfSymbolBinding.Local, section: 0xfff1);

    /// <summary>Adds a symbol to .dynsym; section 0 makes it undefined.</summary>
    public ElfBuilder AddDynamicSymbol(string name, ulong value, ulong size = 0, ElfSymbolType type = ElfSymbolType.Object, ushort section = 1)
    {
        _dynamicSymbols.Add(new(name, value, size, type, ElfSymbolBinding.Global, section));
        return this;
    }

    /// <summary>The file's bytes.</summary>
    public byte[] Build()
    {
        var sections = new List<Section>(_sections);
        AddSymbolSections(sections, ".symtab", ".strtab", ElfSectionType.SymbolTable, _symbols);
        AddSymbolSections(sections, ".dynsym", ".dynstr", ElfSectionType.DynamicSymbolTable, _dynamicSymbols);
        var names = new StringTable();
        var nameOffsets = sections.ConvertAll(s => names.Add(s.Name));
        nameOffsets.Add(names.Add(".shstrtab"));
        sections.Add(new(".shstrtab", ElfSectionType.StringTable, 0, 0, names.ToArray(), (ulong)names.ToArray().Length, 1, null, 0));

        var (headerSize, segmentSize, sectionSize) = Is64 ? (64, 56, 64) : (52, 32, 40);
        var segments = AllSegments(sections);
        var position = headerSize + (segments.Count * segmentSize);
        var offsets = new List<int>();
        foreach (var section in sections)
        {
            // A loaded section lies in its page as its address does, as mapping asks for.
            var alignment = Math.Max((int)section.Alignment, 1);
            position = section.Address != 0
                ? position + (int)((section.Address - (ulong)position) & 0xfff)
                : (position + alignment - 1) / alignment * alignment;
            offsets.Add(position);
            position += section.Data.Length;
        }
        var sectionTable = _sectionHeaders ? (position + 7) & ~7 : 0;
        var file = new byte[_sectionHeaders ? sectionTable + ((sections.Count + 1) * sectionSize) : position];
        for (var i = 0; i < sections.Count; i++)
            sections[i].Data.CopyTo(file, offsets[i]);
        WriteHeader(file, headerSize, segments.Count, sectionTable, sections.Count + 1);
        for (var i = 0; i < segments.Count; i++)
            WriteSegment(file.AsSpan(headerSize + (i * segmentSize)), Place(segments[i], sections, offsets));
        for (var i = 0; i < sections.Count && _sectionHeaders; i++)
        {
            var s = sections[i];
            var link = s.Link is null ? 0 : (uint)(sections.FindIndex(other => other.Name == s.Link) + 1);
            WriteSection(file.AsSpan(sectionTable + ((i + 1) * sectionSize)),
                new((uint)nameOffsets[i], s.Type, s.Flags, s.Address, (ulong)offsets[i], s.Size, link, 0, s.Alignment, s.EntrySize));
        }
        if (_sectionHeaders && _extendedNumbering)
        {
            WriteSection(file.AsSpan(sectionTable),
                new(0, ElfSectionType.Null, 0, 0, 0, (ulong)sections.Count + 1, (uint)sections.Count, (uint)segments.Count, 0, 0));
        }
        return file;
    }

    /// <summary>The built file, parsed.</summary>
    public ElfImage BuildImage() => ElfImage.TryParse(Build(), out var image, out var diagnostic)
        ? image!
        : throw new InvalidOperationException(diagnostic!.ToString());

    private List<Segment> AllSegments(List<Section> sections)
    {
        var segments = new List<Segment>(_segments);
        foreach (var section in sections)
        {
            if (section.Address == 0 || _segments.Exists(s => s.Type == ElfSegmentType.Load && (s.Section is null || s.Section == section.Name)))
                continue;
            var flags = ElfSegmentFlags.Read
                | ((section.Flags & ElfSectionFlags.Execute) != 0 ? ElfSegmentFlags.Execute : 0)
                | ((section.Flags & ElfSectionFlags.Write) != 0 ? ElfSegmentFlags.Write : 0);
            segments.Add(new(ElfSegmentType.Load, flags, section.Name, default, null, 4096));
        }
        return segments;
    }

    private static ElfSegment Place(Segment segment, List<Section> sections, List<int> offsets)
    {
        if (segment.Section is null)
            return segment.Explicit;
        var at = sections.FindIndex(s => s.Name == segment.Section);
        if (at < 0)
            throw new InvalidOperationException($"no section {segment.Section}");
        var section = sections[at];
        return new(segment.Type, segment.Flags, (ulong)offsets[at], section.Address, (ulong)section.Data.Length,
            segment.MemorySize ?? section.Size, segment.Alignment ?? section.Alignment);
    }

    private void AddSymbolSections(List<Section> sections, string table, string strings, ElfSectionType type, List<Symbol> symbols)
    {
        if (symbols.Count == 0)
            return;
        var entrySize = Is64 ? 24 : 16;
        var names = new StringTable();
        var data = new byte[(symbols.Count + 1) * entrySize];
        // gABI: locals precede globals.
        var ordered = symbols.Where(s => s.Binding == ElfSymbolBinding.Local).Concat(symbols.Where(s => s.Binding != ElfSymbolBinding.Local)).ToList();
        for (var i = 0; i < ordered.Count; i++)
        {
            var s = ordered[i];
            var entry = data.AsSpan((i + 1) * entrySize, entrySize);
            var info = (byte)(((byte)s.Binding << 4) | (byte)s.Type);
            BinaryPrimitives.WriteUInt32LittleEndian(entry, (uint)names.Add(s.Name));
            entry[Is64 ? 4 : 12] = info;
            BinaryPrimitives.WriteUInt16LittleEndian(entry[(Is64 ? 6 : 14)..], s.Section);
            WriteAddress(entry[(Is64 ? 8 : 4)..], s.Value);
            WriteAddress(entry[(Is64 ? 16 : 8)..], s.Size);
        }
        sections.Add(new(table, type, 0, 0, data, (ulong)data.Length, 8, strings, (ulong)entrySize));
        sections.Add(new(strings, ElfSectionType.StringTable, 0, 0, names.ToArray(), (ulong)names.ToArray().Length, 1, null, 0));
    }

    private sealed record Section(string Name, ElfSectionType Type, ElfSectionFlags Flags, ulong Address, byte[] Data, ulong Size, ulong Alignment,
        string? Link, ulong EntrySize);

    private sealed record Segment(ElfSegmentType Type, ElfSegmentFlags Flags, string? Section, ElfSegment Explicit, ulong? MemorySize, ulong? Alignment);

    private sealed record Symbol(string Name, ulong Value, ulong Size, ElfSymbolType Type, ElfSymbolBinding Binding, ushort Section);

    private sealed class StringTable
    {
        private readonly List<byte> _bytes = [0];

        public int Add(string text)
        {
            var offset = _bytes.Count;
            _bytes.AddRange(Encoding.UTF8.GetBytes(text));
            _bytes.Add(0);
            return offset;
        }

        public byte[] ToArray() => [.. _bytes];
    }
}

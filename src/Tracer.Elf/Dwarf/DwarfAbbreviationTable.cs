namespace Tracer.Elf.Dwarf;

/// <summary>
/// One table of .debug_abbrev in flat arrays, with the sizes of fixed forms summed up for one <see cref="DwarfFormat"/>.
/// Parsed once and shared by all units that name its offset.
/// </summary>
internal sealed class DwarfAbbreviationTable
{
    // Producers stay under 40; the bound keeps a hostile table from making every entry slow.
    private const int MaxAttributes = 512;

    private readonly DwarfAbbreviation[] _items;
    private readonly DwarfAttributeSpec[] _attributes;
    private readonly DwarfSkipStep[] _steps;
    private readonly Dictionary<ulong, int>? _byCode;

    private DwarfAbbreviationTable(DwarfAbbreviation[] items, DwarfAttributeSpec[] attributes, DwarfSkipStep[] steps, Dictionary<ulong, int>? byCode)
    {
        _items = items;
        _attributes = attributes;
        _steps = steps;
        _byCode = byCode;
    }

    /// <summary>Bytes that the table takes in .debug_abbrev.</summary>
    public int ByteLength { get; private init; }

    /// <summary>Whether the table breaks off; what came before can be used.</summary>
    public bool IsTruncated { get; private init; }

    public ReadOnlySpan<DwarfAbbreviation> Items => _items;

    public ReadOnlySpan<DwarfAttributeSpec> AttributesOf(in DwarfAbbreviation item) => _attributes.AsSpan(item.FirstAttribute, item.AttributeCount);

    public ReadOnlySpan<DwarfSkipStep> StepsOf(in DwarfAbbreviation item) => _steps.AsSpan(item.FirstStep, item.StepCount);

    /// <summary>The index of a code in <see cref="Items"/>, or -1. Producers number from 1 without gaps, so that the index is the code less one.</summary>
    public int IndexOf(ulong code)
    {
        if (_byCode is null)
            return code - 1 < (ulong)_items.Length ? (int)(code - 1) : -1;
        return _byCode.TryGetValue(code, out int index) ? index : -1;
    }

    /// <summary>Lists that grow while a table is parsed, used again for the next.</summary>
    internal sealed class Scratch
    {
        public List<DwarfAbbreviation> Items { get; } = [];
        public List<DwarfAttributeSpec> Attributes { get; } = [];
        public List<DwarfSkipStep> Steps { get; } = [];
    }

    public static DwarfAbbreviationTable Parse(ReadOnlySpan<byte> section, int offset, DwarfFormat format, Scratch scratch)
    {
        var (items, attributes, steps) = (scratch.Items, scratch.Attributes, scratch.Steps);
        items.Clear();
        attributes.Clear();
        steps.Clear();
        var cursor = new DwarfCursor(section, offset);
        bool dense = true, truncated = false;
        while (true)
        {
            ulong code = cursor.ReadUleb();
            if (code == 0)
            {
                truncated = cursor.Failed;
                break;
            }
            if (!TryParseItem(ref cursor, code, format, attributes, steps, out var item))
            {
                truncated = true;
                break;
            }
            dense &= code == (ulong)items.Count + 1;
            items.Add(item);
        }
        Dictionary<ulong, int>? byCode = null;
        if (!dense)
        {
            byCode = new(items.Count);
            for (int i = 0; i < items.Count; i++)
                byCode.TryAdd(items[i].Code, i);
        }
        return new([.. items], [.. attributes], [.. steps], byCode) { ByteLength = cursor.Position - offset, IsTruncated = truncated };
    }

    private static bool TryParseItem(ref DwarfCursor cursor, ulong code, DwarfFormat format,
        List<DwarfAttributeSpec> attributes, List<DwarfSkipStep> steps, out DwarfAbbreviation item)
    {
        item = new DwarfAbbreviation
        {
            Code = code,
            Tag = (DwarfTag)Narrow(cursor.ReadUleb()),
            HasChildren = cursor.ReadU8() != 0,
            FirstAttribute = attributes.Count,
            FirstStep = steps.Count,
            Name = -1,
            Sibling = -1,
            Declaration = -1,
            Type = -1,
            Origin = -1,
            LowPc = -1,
            Ranges = -1,
        };
        int run = 0;
        while (true)
        {
            var name = (DwarfAttribute)Narrow(cursor.ReadUleb());
            var form = (DwarfForm)Narrow(cursor.ReadUleb());
            if (cursor.Failed)
                return false;
            if (name == 0 && form == 0)
                break;
            long implicitConst = form == DwarfForm.ImplicitConst ? cursor.ReadSleb() : 0;
            short index = (short)item.AttributeCount;
            if (index == MaxAttributes)
                return false;
            NoteIndex(ref item, name, index);
            attributes.Add(new(name, form, implicitConst, steps.Count - item.FirstStep, run));
            item.AttributeCount++;
            switch (format.SizeOf(form))
            {
                case DwarfFormat.Unknown:
                    item.IsUnreadable = true;
                    break;
                case DwarfFormat.Variable:
                    steps.Add(new(run, form));
                    run = 0;
                    break;
                case int size:
                    run += size;
                    break;
            }
        }
        item.StepCount = steps.Count - item.FirstStep;
        item.TailBytes = run;
        return true;
    }

    private static void NoteIndex(ref DwarfAbbreviation item, DwarfAttribute name, short index)
    {
        switch (name)
        {
            case DwarfAttribute.Name: item.Name = index; break;
            case DwarfAttribute.Sibling: item.Sibling = index; break;
            case DwarfAttribute.Declaration: item.Declaration = index; break;
            case DwarfAttribute.Type: item.Type = index; break;
            case DwarfAttribute.AbstractOrigin or DwarfAttribute.Specification: item.Origin = index; break;
            case DwarfAttribute.LowPc: item.LowPc = index; break;
            case DwarfAttribute.Ranges: item.Ranges = index; break;
        }
    }

    // Larger names are vendor extensions beyond DW_*_hi_user; none is read here.
    private static ushort Narrow(ulong value) => value <= ushort.MaxValue ? (ushort)value : ushort.MaxValue;
}

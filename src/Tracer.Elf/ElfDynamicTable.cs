namespace Tracer.Elf;

/// <summary>
/// The dynamic table (PT_DYNAMIC): where symbols, strings and relocations are when there are no section headers. Addresses are
/// link-time ones; the loader relocates its own copy, not the file's.
/// </summary>
internal readonly record struct ElfDynamicTable(
    ulong StringTable, ulong StringTableSize, ulong SymbolTable, ulong GnuHash, ulong Hash,
    ulong Relocations, ulong RelocationsSize, ulong PltRelocations, ulong PltRelocationsSize, bool PltHasAddends,
    bool HasName, bool HasPieFlag, bool HasInterpreter)
{
    // gABI "Dynamic Array Tags"; DT_GNU_HASH and DT_FLAGS_1 from elf.h.
    private const ulong End = 0, PltRelSize = 2, HashTag = 4, StrTab = 5, SymTab = 6, Rela = 7, RelaSize = 8, StrSize = 10, SoName = 14;
    private const ulong PltRel = 20, JumpRel = 23, GnuHashTag = 0x6ffffef5, Flags1 = 0x6ffffffb;
    private const ulong PieFlag = 0x08000000; // DF_1_PIE

    public bool IsPositionIndependentExecutable => HasPieFlag || (HasInterpreter && !HasName);

    public static ElfDynamicTable Read(ElfImage image)
    {
        var table = default(ElfDynamicTable) with { HasInterpreter = image.TryFindSegment(ElfSegmentType.Interpreter, out _) };
        if (!image.TryFindSegment(ElfSegmentType.Dynamic, out var segment) || !image.TryGetSegmentData(segment, out var data))
            return table;
        var word = ElfFormat.AddressSize(image.Class);
        for (var rest = data.Span; rest.Length >= 2 * word; rest = rest[(2 * word)..])
        {
            var tag = ElfFormat.Address(image.Class, rest, 0);
            var value = ElfFormat.Address(image.Class, rest, word);
            if (tag == End)
                break;
            table = tag switch
            {
                StrTab => table with { StringTable = value },
                StrSize => table with { StringTableSize = value },
                SymTab => table with { SymbolTable = value },
                GnuHashTag => table with { GnuHash = value },
                HashTag => table with { Hash = value },
                Rela => table with { Relocations = value },
                RelaSize => table with { RelocationsSize = value },
                JumpRel => table with { PltRelocations = value },
                PltRelSize => table with { PltRelocationsSize = value },
                PltRel => table with { PltHasAddends = value == Rela },
                SoName => table with { HasName = true },
                Flags1 => table with { HasPieFlag = (value & PieFlag) != 0 },
                _ => table,
            };
        }
        return table;
    }
}

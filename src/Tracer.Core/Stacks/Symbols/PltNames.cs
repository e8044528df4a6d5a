using Tracer.Elf;

namespace Tracer.Core.Stacks.Symbols;

/// <summary>
/// The names of the entries of a procedure linkage table, which have no symbols (psABI, 5.2 "Procedure Linkage Table"): entry N of .plt (behind
/// its first, which resolves) and of .plt.sec jumps to the function of relocation N of .rela.plt.
/// </summary>
internal sealed class PltNames
{
    private const ulong EntrySize = 16;

    private readonly ElfImage _image;
    private readonly ElfRelocations _relocations;
    private readonly int _first;
    private readonly (ElfSection Section, bool HasResolver)[] _sections;

    public PltNames(ElfImage image)
    {
        _image = image;
        _relocations = new ElfRelocations(image);
        while (_first < _relocations.Count && _relocations[_first].Type != ElfRelocationType.JumpSlot)
            _first++;
        var sections = new List<(ElfSection, bool)>();
        if (image.TryFindSection(".plt", out var plt))
            sections.Add((plt, true));
        if (image.TryFindSection(".plt.sec", out var second))
            sections.Add((second, false));
        _sections = [.. sections];
    }

    /// <summary>Finds the entry at an address.</summary>
    /// <param name="address">The address as linked.</param>
    /// <param name="start">Where the entry starts, when there is a name.</param>
    /// <returns>The name, as <c>puts@plt</c>; null when it is no such entry.</returns>
    public string? Find(ulong address, out ulong start)
    {
        start = 0;
        foreach (var (section, hasResolver) in _sections)
        {
            var offset = unchecked(address - section.Address);
            if (offset >= section.Size)
                continue;
            var entry = offset / EntrySize;
            start = section.Address + (entry * EntrySize);
            if (hasResolver && entry-- == 0)
                return null;
            var index = (ulong)_first + entry;
            if (index >= (ulong)_relocations.Count || _image.DynamicSymbols is not { } symbols)
                return null;
            var relocation = _relocations[(int)index];
            if (relocation.Type != ElfRelocationType.JumpSlot || relocation.SymbolIndex == 0 || relocation.SymbolIndex >= (uint)symbols.Count)
                return null;
            return symbols.NameString(symbols[(int)relocation.SymbolIndex]) + "@plt";
        }

        return null;
    }
}

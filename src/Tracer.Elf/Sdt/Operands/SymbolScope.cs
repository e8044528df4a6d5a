using System.Text;

namespace Tracer.Elf.Sdt.Operands;

/// <summary>
/// Finds the symbol an operand means. Names of local symbols repeat between source files: the table groups them behind STT_FILE
/// symbols, and the site's own function tells the group.
/// </summary>
internal sealed class SymbolScope
{
    private readonly ElfImage _image;
    private readonly List<Source> _sources = [];

    // Full tables first: .dynsym has globals only, and would hide a local symbol of the same name.
    public SymbolScope(ElfImage image, IReadOnlyList<ElfImage> debugImages)
    {
        _image = image;
        Add(image.SymbolTable, 0);
        foreach (var debug in debugImages)
        {
            // A prelinked image was moved after its debug file was written.
            Add(debug.SymbolTable, unchecked(image.AddressMap.LowestAddress - debug.AddressMap.LowestAddress));
        }
        Add(image.DynamicSymbols, 0);
    }

    /// <summary>Finds a name as seen from the site at a link-time address.</summary>
    public FoundSymbol Find(string name, ulong location)
    {
        var utf8 = Encoding.UTF8.GetBytes(name);
        foreach (var source in _sources)
        {
            if (source.Find(utf8, name, location) is { } found)
                return found;
        }
        // Mini debug info is decompressed only when nothing else knows the name.
        if (_image.MiniDebugInfo?.SymbolTable is { } mini && new Source(mini, 0).Find(utf8, name, location) is { } hidden)
            return hidden;
        if (_sources.Exists(source => source.HasUndefined(utf8)))
            return FoundSymbol.Failed($"the symbol {name} is defined in another image");
        return FoundSymbol.Failed($"the symbol {name} is in no symbol table");
    }

    private void Add(ElfSymbolTable? table, ulong shift)
    {
        if (table is not null)
            _sources.Add(new Source(table, shift));
    }

    private sealed record Source(ElfSymbolTable Table, ulong Shift)
    {
        public FoundSymbol? Find(byte[] utf8, string name, ulong location)
        {
            var index = -1;
            if (!Table.TryFindNext(utf8, ref index, out var first))
                return null;
            var (agree, siteFile) = (true, -2);
            ElfSymbol? own = null, global = null;
            do
            {
                var candidate = Table[index];
                agree &= candidate.Value == first.Value && (candidate.Type == ElfSymbolType.Tls) == (first.Type == ElfSymbolType.Tls);
                if (candidate.Binding != ElfSymbolBinding.Local)
                {
                    global ??= candidate;
                    continue;
                }
                if (siteFile == -2)
                    siteFile = FileOfSite(location);
                if (siteFile >= 0 && Table.FileOf(candidate) == siteFile)
                    own ??= candidate;
            }
            while (Table.TryFindNext(utf8, ref index, out _));
            if (agree)
                return ToFound(first);
            if (own is { } local)
                return ToFound(local);
            // A file without a local of this name means the global.
            if (siteFile >= 0 && global is { } visible)
                return ToFound(visible);
            return FoundSymbol.Failed($"the symbol {name} is ambiguous: several files have one");
        }

        public bool HasUndefined(byte[] utf8)
        {
            foreach (var symbol in Table)
            {
                if (!symbol.IsDefined && Table.Name(symbol).SequenceEqual(utf8))
                    return true;
            }
            return false;
        }

        private int FileOfSite(ulong location) =>
            Table.TryFindContaining(unchecked(location - Shift), out var function) ? Table.FileOf(function) : -1;

        private FoundSymbol ToFound(in ElfSymbol symbol) => symbol switch
        {
            { Type: ElfSymbolType.Tls } => new(symbol.Value, IsAbsolute: false, IsThreadLocal: true, null),
            { IsAbsolute: true } => new(symbol.Value, IsAbsolute: true, IsThreadLocal: false, null),
            _ => new(unchecked(symbol.Value + Shift), IsAbsolute: false, IsThreadLocal: false, null),
        };
    }
}

using Tracer.Core.Targets;
using Tracer.Elf;
using Tracer.Elf.Demangling;
using Tracer.Elf.Dwarf;
using Tracer.Elf.Dwarf.Lines;

namespace Tracer.Core.Stacks.Symbols;

/// <summary>The symbols and lines of one file. Tables are sorted and debug files opened when the first address is asked for.</summary>
internal sealed class ModuleSymbols
{
    private readonly string _name;
    private readonly ElfImage _image;
    private readonly List<(ElfSymbolTable Table, ElfSymbolIndex Index)> _tables = [];
    private readonly DwarfLines? _lines;
    private readonly PltNames _plt;

    public ModuleSymbols(TargetModule module, DebugFiles files)
    {
        _name = module.Name;
        var image = _image = module.Image;
        var debug = DwarfFile.HasInfo(image) ? null : files.Find(image, module.Path);
        // Full tables first; the dynamic one has the exported functions of stripped files.
        foreach (var table in new[] { image.SymbolTable, debug?.SymbolTable, image.MiniDebugInfo?.SymbolTable, image.DynamicSymbols })
        {
            if (table is not null)
                _tables.Add((table, new ElfSymbolIndex(table)));
        }

        _plt = new PltNames(image);
        if ((debug ?? image) is var source && DwarfFile.HasInfo(source))
            _lines = new DwarfReader(DwarfFile.LoadLines(source)).Lines;
    }

    /// <summary>What is known of an address, innermost function first; at least one item.</summary>
    /// <param name="address">The address in the target.</param>
    /// <param name="lookup">The link-time address to look up: for a return address the one before it.</param>
    /// <param name="linked">The address as linked.</param>
    public IReadOnlyList<StackFrameInfo> Resolve(ulong address, ulong lookup, ulong linked)
    {
        var symbol = FindSymbol(lookup, out var start);
        var frame = new StackFrameInfo { Address = address, Module = _name, ModuleOffset = linked, FunctionOffset = symbol is null ? 0 : linked - start };
        var sources = _lines?.FramesAt(lookup) ?? [];
        if (sources.Count == 0)
            return [frame with { Function = Display(symbol) }];
        var frames = new StackFrameInfo[sources.Count];
        for (var i = 0; i < frames.Length; i++)
        {
            var source = sources[i];
            frames[i] = frame with
            {
                // The symbol names the function with the code, of which clones have names of their own.
                Function = NameOf(source) ?? (source.IsInlined ? null : Display(symbol)),
                SourceFile = source.Location?.File,
                Line = source.Location?.Line ?? 0,
                IsInlined = source.IsInlined,
            };
        }

        return frames;
    }

    private static string? NameOf(SourceFrame source) => source.LinkageName is { } mangled ? Display(mangled) : source.Name;

    private static string? Display(string? symbol)
    {
        const string Plt = "@plt";
        if (symbol is null)
            return null;
        return symbol.EndsWith(Plt, StringComparison.Ordinal) ? Demangler.Demangle(symbol[..^Plt.Length]) + Plt : Demangler.Demangle(symbol);
    }

    private string? FindSymbol(ulong address, out ulong start)
    {
        foreach (var (table, index) in _tables)
        {
            if (!index.TryFind(address, out var symbol) && !(index.TryFindUnsized(address, out symbol) && IsOneSection(symbol.Value, address)))
                continue;
            start = symbol.Value;
            var name = table.NameString(symbol);
            // .symtab keeps the version of some names: "nothrow@@GLIBCXX_3.4".
            return name.IndexOf('@', StringComparison.Ordinal) is > 0 and var version ? name[..version] : name;
        }

        return _plt.Find(address, out start);
    }

    // A label's code does not go on into the next section: behind .init and its _init comes .plt.
    private bool IsOneSection(ulong first, ulong second)
    {
        foreach (var section in _image.Sections)
        {
            if (section.Address != 0 && second - section.Address < section.Size)
                return first - section.Address < section.Size;
        }

        return false;
    }
}

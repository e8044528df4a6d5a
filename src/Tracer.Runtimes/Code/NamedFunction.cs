using Tracer.Elf;

namespace Tracer.Runtimes.Code;

/// <summary>Finds the code of a function that a file names in a symbol table.</summary>
public static class NamedFunction
{
    // The evaluation functions of optimised builds of 2.7 and 3.6 to 3.10 have 31 to 38 KB; a lying size must not make us decode a whole library.
    private const ulong Largest = 4 << 20;

    /// <summary>Finds its part in .text and, when the symbol table tells of it, the part for unlikely paths that GCC names *.cold.</summary>
    /// <param name="image">The file.</param>
    /// <param name="name">The function's name.</param>
    /// <param name="blocks">The parts, that with the entry first.</param>
    /// <param name="problem">Why there is none, in one clause.</param>
    public static bool TryFind(ElfImage image, string name, out CodeBlock[] blocks, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(image);
        blocks = [];
        if (!TryFindSymbol(image, name, out var symbol) || symbol.Type != ElfSymbolType.Function)
        {
            problem = $"{name} is in no symbol table";
            return false;
        }

        if (Code(image, symbol) is not { } main)
        {
            problem = $"the size of {name} is unknown";
            return false;
        }

        problem = null;
        blocks = image.SymbolTable?.TryFind(name + ".cold", out var cold) is true && Code(image, cold) is { } apart ? [main, apart] : [main];
        return true;
    }

    /// <summary>Its symbol in the table for dynamic linking, else in the full one.</summary>
    public static bool TryFindSymbol(ElfImage image, string name, out ElfSymbol symbol)
    {
        ArgumentNullException.ThrowIfNull(image);
        symbol = default;
        return image.DynamicSymbols?.TryFind(name, out symbol) is true || image.SymbolTable?.TryFind(name, out symbol) is true;
    }

    /// <summary>The link-time address of a function or variable that the file defines and has a symbol of; null when it has none.</summary>
    public static ulong? AddressOf(ElfImage image, string name) => TryFindSymbol(image, name, out var symbol) && symbol.IsDefined ? symbol.Value : null;

    private static CodeBlock? Code(ElfImage image, ElfSymbol symbol)
    {
        var bytes = image.DataFrom(symbol.Value);
        return symbol.Size is 0 or > Largest || symbol.Size > (ulong)bytes.Length || !image.AddressMap.TryGetFileOffset(symbol.Value, out _)
            ? null
            : new CodeBlock(symbol.Value, bytes[..(int)symbol.Size]);
    }
}

namespace Tracer.Elf.Demangling;

/// <summary>
/// Turns symbols of C++ (Itanium ABI) and Rust (legacy and v0) into the names of their source. Never throws; recursion, length of output and
/// work are bounded, and what is beyond the bounds stays as it is.
/// </summary>
public static class Demangler
{
    // Real names of heavy template code are some thousands of letters long.
    private const int MaxLength = 1 << 15;

    /// <summary>Demangles a symbol.</summary>
    /// <param name="symbol">The symbol as in the symbol table.</param>
    /// <param name="withParameters">Whether functions of C++ have their parameters (and templates of functions their return type) written.</param>
    /// <returns>The name in the source; the symbol itself when it is not mangled or not well-formed.</returns>
    public static string Demangle(string symbol, bool withParameters = true) => TryDemangle(symbol, out var name, withParameters) ? name : symbol;

    /// <summary>Demangles a symbol.</summary>
    /// <param name="symbol">The symbol as in the symbol table.</param>
    /// <param name="name">The name in the source, when the result is true.</param>
    /// <param name="withParameters">Whether functions of C++ have their parameters written.</param>
    /// <returns>Whether it is a mangled symbol.</returns>
    public static bool TryDemangle(string symbol, out string name, bool withParameters = true)
    {
        ArgumentNullException.ThrowIfNull(symbol);
        name = "";
        if (symbol.Length is < 3 or > MaxLength || symbol[0] != '_')
            return false;
        string? result = null;
        if (symbol[1] == 'R')
            result = Rust.RustV0.Demangle(symbol);
        else if (symbol[1] == 'Z')
            result = Rust.RustLegacy.Demangle(symbol) ?? (new Itanium.Parser(symbol).ReadSymbol() is { } node ? new Itanium.Printer(withParameters).Print(node) : null);
        name = result ?? "";
        return result is not null;
    }
}

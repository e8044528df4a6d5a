namespace Tracer.Runtimes.Native;

/// <summary>The names that compilers give to copies of a function: <c>f.constprop.0</c> is still f, <c>f.cold</c> is a part of it.</summary>
internal static class CloneName
{
    // GCC: passes ipa-cp, ipa-sra and LTO; LLVM: ThinLTO's promotion and function specialisation.
    private static readonly string[] Whole = ["constprop", "isra", "lto_priv", "llvm", "specialized"];
    private static readonly string[] Changed = ["constprop", "isra", "specialized"];

    /// <summary>Whether a symbol is a whole copy of the function of that name.</summary>
    public static bool IsCloneOf(ReadOnlySpan<byte> symbol, ReadOnlySpan<byte> name)
    {
        if (symbol.Length <= name.Length + 1 || symbol[name.Length] != '.' || !symbol.StartsWith(name))
            return false;
        return FirstOf(System.Text.Encoding.UTF8.GetString(symbol[(name.Length + 1)..])) is { } word && Whole.Contains(word);
    }

    /// <summary>Whether the copy's parameters differ from the function's.</summary>
    public static bool IsSignatureChanged(string symbol)
    {
        var parts = symbol.Split('.');
        return parts.Skip(1).Any(p => Changed.Contains(p));
    }

    /// <summary>The function's name without what compilers added.</summary>
    public static string Base(string symbol)
    {
        var dot = symbol.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && FirstOf(symbol[(dot + 1)..]) is { } word && Whole.Contains(word) ? symbol[..dot] : symbol;
    }

    /// <summary>Whether the symbol is a piece of a function that is entered from its other pieces only.</summary>
    public static bool IsPart(string symbol) => symbol.Contains(".cold", StringComparison.Ordinal) || symbol.Contains(".part.", StringComparison.Ordinal);

    private static string FirstOf(string suffix) => suffix.Split('.')[0];
}

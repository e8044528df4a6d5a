namespace Tracer.Elf.Demangling.Itanium;

/// <summary>The letters of built-in types (Itanium C++ ABI, 5.1.5.2), and how literals of them are written.</summary>
internal static class BuiltinTypes
{
    /// <summary>The type of one letter, or null.</summary>
    public static string? Find(char letter) => letter switch
    {
        'v' => "void",
        'w' => "wchar_t",
        'b' => "bool",
        'c' => "char",
        'a' => "signed char",
        'h' => "unsigned char",
        's' => "short",
        't' => "unsigned short",
        'i' => "int",
        'j' => "unsigned int",
        'l' => "long",
        'm' => "unsigned long",
        'x' => "long long",
        'y' => "unsigned long long",
        'n' => "__int128",
        'o' => "unsigned __int128",
        'f' => "float",
        'd' => "double",
        'e' => "long double",
        'g' => "__float128",
        'z' => "...",
        _ => null,
    };

    /// <summary>The type of the letter behind a D, or null.</summary>
    public static string? FindExtended(char letter) => letter switch
    {
        'd' => "decimal64",
        'e' => "decimal128",
        'f' => "decimal32",
        'h' => "half",
        'i' => "char32_t",
        's' => "char16_t",
        'u' => "char8_t",
        'a' => "auto",
        'c' => "decltype(auto)",
        'n' => "decltype(nullptr)",
        _ => null,
    };

    /// <summary>What is written behind an integer literal of a type in place of a cast; null when a cast is.</summary>
    public static string? LiteralSuffix(string type) => type switch
    {
        "int" => "",
        "unsigned int" => "u",
        "long" => "l",
        "unsigned long" => "ul",
        "long long" => "ll",
        "unsigned long long" => "ull",
        _ => null,
    };
}

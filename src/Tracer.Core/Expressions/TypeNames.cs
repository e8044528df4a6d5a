namespace Tracer.Core.Expressions;

/// <summary>
/// The names of types that need no debug information: C's words in any order, the usual typedefs of D and Linux, and the names by which
/// sharptrace itself shows types (<c>int32</c>). x86-64: long has 8 bytes, char is signed.
/// </summary>
public static class TypeNames
{
    private static readonly (IntegerType Type, string Names)[] Table =
    [
        (IntegerType.Int8, "int8_t int8"),
        (IntegerType.Int16, "int16_t int16"),
        (IntegerType.Int32, "int32_t int32 pid_t"),
        (IntegerType.Int64, "int64_t int64 intptr_t ptrdiff_t ssize_t off_t time_t longlong_t hrtime_t"),
        (IntegerType.UInt8, "uint8_t uint8 uchar_t"),
        (IntegerType.UInt16, "uint16_t uint16 ushort_t"),
        (IntegerType.UInt32, "uint32_t uint32 uint_t uid_t gid_t mode_t"),
        (IntegerType.UInt64, "uint64_t uint64 uintptr_t size_t ulong_t u_longlong_t"),
    ];

    private static readonly Dictionary<string, IntegerType> Typedefs =
        Table.SelectMany(r => r.Names.Split(' ').Select(n => (Name: n, r.Type))).ToDictionary(r => r.Name, r => r.Type);

    /// <summary>The names of one word, for suggestions.</summary>
    public static IEnumerable<string> All => Typedefs.Keys.Concat(["char", "short", "int", "long", "float", "double", "string", "void"]);

    /// <summary>Whether it is one of C's words for basic types, which combine: <c>unsigned long int</c>.</summary>
    public static bool IsBasicWord(string word) =>
        word is "char" or "short" or "int" or "long" or "signed" or "unsigned" or "float" or "double" or "void";

    /// <summary>Whether it is const, volatile or restrict, which change nothing here.</summary>
    public static bool IsQualifier(string word) => word is "const" or "volatile" or "restrict";

    /// <summary>Whether it begins the name of a struct, union or enumeration.</summary>
    public static bool IsTag(string word) => word is "struct" or "union" or "enum";

    /// <summary>Whether it is the name of a type on its own.</summary>
    public static bool IsTypedef(string word) => word == "string" || Typedefs.ContainsKey(word);

    /// <summary>The integer type of a name in any valid spelling; null when it names none.</summary>
    public static IntegerType? IntegerNamed(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (Typedefs.TryGetValue(name, out var known))
            return known;
        var words = name.Split(' ').Order(StringComparer.Ordinal).ToList();
        var isUnsigned = words.Remove("unsigned");
        if (words.Remove("signed") && isUnsigned)
            return null;
        var size = string.Join(' ', words) switch
        {
            "char" => 1,
            "short" or "int short" => 2,
            "int" => 4,
            "" when name is "signed" or "unsigned" => 4,
            "long" or "int long" or "long long" or "int long long" => 8,
            _ => 0,
        };
        return size == 0 ? null : IntegerType.Of(size, !isUnsigned);
    }
}

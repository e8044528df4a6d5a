using Tracer.Core.Expressions;

namespace Tracer.D.Syntax;

/// <summary>
/// The names of types that need no debug information: C's words in any order, the usual typedefs of D and Linux, and the names by which
/// sharptrace itself shows types (<c>int32</c>). x86-64: long has 8 bytes, char is signed.
/// </summary>
public static class TypeNames
{
    private static readonly Dictionary<string, IntegerType> Typedefs = new()
    {
        ["int8_t"] = IntegerType.Int8, ["int16_t"] = IntegerType.Int16, ["int32_t"] = IntegerType.Int32, ["int64_t"] = IntegerType.Int64,
        ["uint8_t"] = IntegerType.UInt8, ["uint16_t"] = IntegerType.UInt16, ["uint32_t"] = IntegerType.UInt32, ["uint64_t"] = IntegerType.UInt64,
        ["int8"] = IntegerType.Int8, ["int16"] = IntegerType.Int16, ["int32"] = IntegerType.Int32, ["int64"] = IntegerType.Int64,
        ["uint8"] = IntegerType.UInt8, ["uint16"] = IntegerType.UInt16, ["uint32"] = IntegerType.UInt32, ["uint64"] = IntegerType.UInt64,
        ["intptr_t"] = IntegerType.Int64, ["uintptr_t"] = IntegerType.UInt64, ["ptrdiff_t"] = IntegerType.Int64,
        ["size_t"] = IntegerType.UInt64, ["ssize_t"] = IntegerType.Int64, ["off_t"] = IntegerType.Int64, ["time_t"] = IntegerType.Int64,
        ["pid_t"] = IntegerType.Int32, ["uid_t"] = IntegerType.UInt32, ["gid_t"] = IntegerType.UInt32, ["mode_t"] = IntegerType.UInt32,
        ["uchar_t"] = IntegerType.UInt8, ["ushort_t"] = IntegerType.UInt16, ["uint_t"] = IntegerType.UInt32, ["ulong_t"] = IntegerType.UInt64,
        ["longlong_t"] = IntegerType.Int64, ["u_longlong_t"] = IntegerType.UInt64, ["hrtime_t"] = IntegerType.Int64,
    };

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

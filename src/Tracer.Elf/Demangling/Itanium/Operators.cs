using System.Collections.Frozen;

namespace Tracer.Elf.Demangling.Itanium;

/// <summary>The two letters of operators (Itanium C++ ABI, 5.1.3.1 and 5.1.6): how they are written and how many operands they have.</summary>
internal static class Operators
{
    private const string Table =
        "aN &= 2|aS = 2|aa && 2|ad & 1|an & 2|at alignof~ 1|aw co_await~ 1|az alignof~ 1|cm , 2|co ~ 1|dV /= 2|dX []= 3|da delete[]~ 1|de * 1|" +
        "di = 2|dl delete~ 1|ds .* 2|dt . 2|dv / 2|dx ]= 2|eO ^= 2|eo ^ 2|eq == 2|ge >= 2|gt > 2|ix [] 2|lS <<= 2|le <= 2|ls << 2|lt < 2|" +
        "mI -= 2|mL *= 2|mi - 2|ml * 2|mm -- 1|na new[] 3|ne != 2|ng - 1|nt ! 1|nw new 3|oR |= 2|oo || 2|or | 2|pL += 2|pl + 2|pm ->* 2|" +
        "pp ++ 1|ps + 1|pt -> 2|qu ? 3|rM %= 2|rS >>= 2|rm % 2|rs >> 2|ss <=> 2|st sizeof~ 1|sz sizeof~ 1|te typeid~ 1|ti typeid~ 1|tw throw~ 1|" +
        "nx noexcept 1|cl () 2";

    private static readonly FrozenDictionary<string, (string Text, int Operands)> ByCode = Build();

    /// <summary>Finds an operator by its code.</summary>
    public static bool TryFind(ReadOnlySpan<char> code, out string text, out int operands)
    {
        bool found = ByCode.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(code, out var entry);
        (text, operands) = entry;
        return found;
    }

    private static FrozenDictionary<string, (string, int)> Build()
    {
        var result = new Dictionary<string, (string, int)>();
        int at = 0;
        while (at < Table.Length)
        {
            // The bar divides entries and is an operator.
            string code = Table.Substring(at, 2);
            int end = Table.IndexOf(' ', at + 3);
            result[code] = (Table[(at + 3)..end].Replace("~", code is "co" ? "~" : " ", StringComparison.Ordinal), Table[end + 1] - '0');
            at = end + 3;
        }
        return result.ToFrozenDictionary();
    }
}

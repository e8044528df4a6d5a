using Tracer.Core.Expressions;

namespace Tracer.D.Tests.Properties;

/// <summary>
/// Random integer expressions as a text of D and the same as C, over variables of every type and literals of every spelling, free of what C leaves
/// undefined: divisors are never 0 or -1, shift counts never negative nor too large (overflow wraps by -fwrapv).
/// </summary>
internal sealed class ArithmeticGenerator(int seed)
{
    /// <summary>The variables: C's type, Core's type and a few values each.</summary>
    public static readonly (string CType, IntegerType Type)[] Variables =
    [
        ("signed char", IntegerType.Int8), ("short", IntegerType.Int16), ("int", IntegerType.Int32), ("long", IntegerType.Int64),
        ("unsigned char", IntegerType.UInt8), ("unsigned short", IntegerType.UInt16), ("unsigned", IntegerType.UInt32), ("unsigned long", IntegerType.UInt64),
    ];

    /// <summary>The bits that variables have: variable k is of type k modulo 8.</summary>
    public static readonly ulong[] Bits = [0xFFFFFFFFFFFFFFFF, 0, 1, 0x8000000080008080, 0x7FFFFFFF7FFF7F7F, 0x123456789ABCDEF0];

    private static readonly string[] Literals =
    [
        "0", "1", "2", "3", "7", "10", "100", "127", "128", "255", "256", "32767", "65535", "65536", "2147483647", "2147483648", "4294967295", "4294967296", "9223372036854775807",
        "1u", "5U", "4294967295u", "4294967296u", "18446744073709551615u", "1l", "7L", "3ll", "9UL", "2ull", "8LLU",
        "0x7f", "0xff", "0x7fffffff", "0x80000000", "0xffffffff", "0x100000000", "0x7fffffffffffffff", "0x8000000000000000", "0xffffffffffffffff", "0x1u", "0xfL",
        "010", "0777", "017777777777", "020000000000", "037777777777", "01777777777777777777777", "0b101", "0b11111111111111111111111111111111",
        "'a'", "'\\0'", "'\\n'", "'\\xff'", "'\\177'", "'\\200'",
    ];

    private static readonly string[] Casts =
    [
        "char", "signed char", "unsigned char", "short", "unsigned short", "int", "unsigned", "unsigned int", "long", "unsigned long", "long long", "unsigned long long", "short int",
        "int8_t", "int16_t", "int32_t", "int64_t", "uint8_t", "uint16_t", "uint32_t", "uint64_t", "size_t", "ssize_t", "uintptr_t", "intptr_t",
    ];

    private readonly Random _random = new(seed);

    /// <summary>An expression at most that deep.</summary>
    public (string D, string C) Next(int depth)
    {
        if (depth <= 0)
            return Leaf();
        var (d, c) = Next(depth - 1);
        switch (_random.Next(14))
        {
            case 0:
                return Leaf();
            case 1 or 2:
                var sign = Pick(["-", "~", "!", "+", "!!"]);
                return Both($"{sign} ", (d, c));
            case 3 or 4:
                return Both($"({Pick(Casts)})", (d, c));
            case 5:
                var divisor = Pick(["3", "7u", "-5", "1000L", "0xffffUL", "-2L", "((v6 & 0x7f) | 1)", "((v5 & 63) + 2)", "'a'"]);
                return Join((d, c), Pick(["/", "%"]), (divisor, divisor));
            case 6:
                var count = Pick(["0", "1", "5", "31", "7L", "12u", "(v2 & 15)", "(v4 & 31)", "(v7 & 7)"]);
                return Join((d, c), Pick(["<<", ">>"]), (count, count));
            case 7:
                var wide = Pick(["uint64_t", "int64_t"]);
                return Join(Both($"({wide})", (d, c)), Pick(["<<", ">>"]), ("(v5 & 63)", "(v5 & 63)"));
            case 8:
                var (test, yes, no) = (Next(depth - 2), (d, c), Next(depth - 1));
                return ($"({test.D} ? {yes.d} : {no.D})", $"({test.C} ? {yes.c} : {no.C})");
            case 9:
                var right = Next(depth - 1);
                return ($"({d} ^^ {right.D})", $"(!({c}) != !({right.C}))");
            default:
                return Join((d, c), Pick(["+", "-", "*", "&", "|", "^", "==", "!=", "<", "<=", ">", ">=", "&&", "||"]), Next(depth - 1));
        }
    }

    private (string D, string C) Leaf()
    {
        var leaf = _random.Next(8) switch
        {
            < 4 => $"v{_random.Next(Bits.Length * Variables.Length)}",
            < 7 => Pick(Literals),
            _ => $"sizeof({Pick(Casts)})",
        };
        return (leaf, leaf);
    }

    // Half of the operators stand without parentheses, so that precedence is compared, too.
    private (string D, string C) Join((string D, string C) left, string @operator, (string D, string C) right)
    {
        var bare = _random.Next(2) == 0 && @operator is not ("/" or "%" or "<<" or ">>");
        return bare
            ? ($"({left.D} {@operator} {right.D})", $"({left.C} {@operator} {right.C})")
            : ($"(({left.D}) {@operator} ({right.D}))", $"(({left.C}) {@operator} ({right.C}))");
    }

    private static (string D, string C) Both(string before, (string D, string C) operand) => ($"{before}{operand.D}", $"{before}{operand.C}");

    private string Pick(string[] items) => items[_random.Next(items.Length)];
}

using Tracer.Core.Expressions;

namespace Tracer.D.Binding;

/// <summary>C's implicit conversions of integers.</summary>
internal static class Conversions
{
    /// <summary>The type of an operand of arithmetic: what is smaller than int becomes int, which holds all its values.</summary>
    public static IntegerType Promote(IntegerType type) => type.Size < IntegerType.Int32.Size ? IntegerType.Int32 : type;

    /// <summary>The usual arithmetic conversions: the larger type wins, and the unsigned one of equal size.</summary>
    public static IntegerType Common(IntegerType left, IntegerType right)
    {
        var (l, r) = (Promote(left), Promote(right));
        return Rank(l) >= Rank(r) ? l : r;
    }

    /// <summary>
    /// The type of a literal: the first of int, uint, long, ulong that holds it; a decimal one without u is signed, one with u unsigned.
    /// </summary>
    public static IntegerType TypeOf(Syntax.IntegerLiteral literal)
    {
        IntegerType[] candidates = (literal.IsDecimal, literal.IsUnsigned) switch
        {
            (_, true) => [IntegerType.UInt32, IntegerType.UInt64],
            (true, _) => [IntegerType.Int32, IntegerType.Int64],
            _ => [IntegerType.Int32, IntegerType.UInt32, IntegerType.Int64, IntegerType.UInt64],
        };
        return Array.Find(candidates, t => (!literal.IsLong || t.Size == 8) && literal.Value <= Largest(t)) ?? IntegerType.UInt64;
    }

    private static ulong Largest(IntegerType type) => ulong.MaxValue >> (64 - type.Size * 8 + (type.Signed ? 1 : 0));

    private static int Rank(IntegerType type) => type.Size * 2 + (type.Signed ? 0 : 1);
}

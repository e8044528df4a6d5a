namespace Tracer.Core.Expressions;

/// <summary>
/// An integer of 1, 2, 4 or 8 bytes. Its values travel in 64 bits, extended by their sign when <paramref name="Signed"/> is set and by
/// zeros otherwise; every operation extends its result again, so that two executors never disagree about unused bits.
/// </summary>
/// <param name="Size">Size in bytes: 1, 2, 4 or 8.</param>
/// <param name="Signed">Whether the value is two's complement.</param>
public sealed record IntegerType(int Size, bool Signed) : ExpressionType
{
    /// <summary>Signed, 1 byte.</summary>
    public static IntegerType Int8 { get; } = new(1, true);

    /// <summary>Signed, 2 bytes.</summary>
    public static IntegerType Int16 { get; } = new(2, true);

    /// <summary>Signed, 4 bytes.</summary>
    public static IntegerType Int32 { get; } = new(4, true);

    /// <summary>Signed, 8 bytes.</summary>
    public static IntegerType Int64 { get; } = new(8, true);

    /// <summary>Unsigned, 1 byte; also the type of comparisons, whose value is 0 or 1.</summary>
    public static IntegerType UInt8 { get; } = new(1, false);

    /// <summary>Unsigned, 2 bytes.</summary>
    public static IntegerType UInt16 { get; } = new(2, false);

    /// <summary>Unsigned, 4 bytes.</summary>
    public static IntegerType UInt32 { get; } = new(4, false);

    /// <summary>Unsigned, 8 bytes: registers and addresses.</summary>
    public static IntegerType UInt64 { get; } = new(8, false);

    /// <summary>The type of that size and signedness.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The size is not 1, 2, 4 or 8.</exception>
    public static IntegerType Of(int size, bool signed) => (size, signed) switch
    {
        (1, true) => Int8,
        (2, true) => Int16,
        (4, true) => Int32,
        (8, true) => Int64,
        (1, false) => UInt8,
        (2, false) => UInt16,
        (4, false) => UInt32,
        (8, false) => UInt64,
        _ => throw new ArgumentOutOfRangeException(nameof(size), size, "An integer has 1, 2, 4 or 8 bytes."),
    };

    /// <summary>Brings 64 bits into this type's canonical form: truncated to the size, then extended.</summary>
    public ulong Canonical(ulong bits) => (Size, Signed) switch
    {
        (1, true) => (ulong)(sbyte)bits,
        (2, true) => (ulong)(short)bits,
        (4, true) => (ulong)(int)bits,
        (1, false) => (byte)bits,
        (2, false) => (ushort)bits,
        (4, false) => (uint)bits,
        _ => bits,
    };

    /// <inheritdoc/>
    public override string ToString() => (Signed ? "int" : "uint") + (Size * 8);
}

namespace Tracer.Elf.Dwarf.Frames;

/// <summary>How to get from a frame to its caller at one address: a row of the call frame table (DWARF 5, 6.4). Filled in place, without allocation.</summary>
public struct UnwindRow
{
    internal UnwindRules Rules;
    internal ReadOnlyMemory<byte> Section;

    /// <summary>The registers that have rules: DWARF numbers 0 (rax) to 15 (r15), and 16, the return address.</summary>
    public const int RegisterCount = UnwindRules.Count;

    /// <summary>The canonical frame address.</summary>
    public readonly CfaRule Cfa => Rules.Cfa;

    /// <summary>The column of the return address: 16 on x86-64.</summary>
    public int ReturnAddressRegister { get; internal set; }

    /// <summary>Whether this is the frame of a signal's trampoline (augmentation S): its caller was interrupted, and is not behind a call.</summary>
    public bool IsSignalFrame { get; internal set; }

    /// <summary>The first address of the function part that the description is for, as linked.</summary>
    public ulong Start { get; internal set; }

    /// <summary>The first address behind it.</summary>
    public ulong End { get; internal set; }

    /// <summary>The rule for a register.</summary>
    /// <param name="register">Its DWARF number, 0 to 16.</param>
    /// <exception cref="IndexOutOfRangeException">The number is not below <see cref="RegisterCount"/>.</exception>
    public readonly RegisterRule this[int register] => Rules.Registers[register];

    /// <summary>The bytes of an expression that a rule of this row names.</summary>
    /// <param name="value">The rule's value.</param>
    public readonly ReadOnlySpan<byte> Expression(long value)
    {
        int offset = (int)(value >> 32), length = (int)value;
        return offset >= 0 && length >= 0 && offset <= Section.Length - length ? Section.Span.Slice(offset, length) : default;
    }

    internal static long ExpressionAt(int offset, int length) => ((long)offset << 32) | (uint)length;
}

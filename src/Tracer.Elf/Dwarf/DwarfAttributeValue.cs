namespace Tracer.Elf.Dwarf;

/// <summary>
/// The value of one attribute before it is given a meaning: its bits, or where its bytes lie in the section of its unit.
/// The default value stands for "absent or unreadable".
/// </summary>
internal readonly record struct DwarfAttributeValue(DwarfForm Form, ulong Bits, int BlockOffset = 0, int BlockLength = 0)
{
    public bool Exists => Form != DwarfForm.None;

    public bool IsBlock => Form is DwarfForm.Exprloc or DwarfForm.Block or DwarfForm.Block1 or DwarfForm.Block2 or DwarfForm.Block4;

    public bool IsFlagSet => Form is DwarfForm.Flag or DwarfForm.FlagPresent && Bits != 0;

    public bool IsConstant => Form is DwarfForm.Data1 or DwarfForm.Data2 or DwarfForm.Data4 or DwarfForm.Data8
        or DwarfForm.Udata or DwarfForm.Sdata or DwarfForm.ImplicitConst;

    /// <summary>A constant whose sign the form may leave open: data1 to data8 are taken as unsigned, except a full 8 bytes.</summary>
    public long? Constant => IsConstant ? (long)Bits : null;

    /// <summary>A constant of a fixed size taken as signed by that size (an upper bound of -1 in DWARF 2 is 0xffffffff in data4).</summary>
    public long? SignedConstant => Form switch
    {
        DwarfForm.Data1 => (sbyte)Bits,
        DwarfForm.Data2 => (short)Bits,
        DwarfForm.Data4 => (int)Bits,
        _ => Constant,
    };
}

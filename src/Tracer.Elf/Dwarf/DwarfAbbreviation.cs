namespace Tracer.Elf.Dwarf;

/// <summary>One declaration of .debug_abbrev: the shape of the entries that name its code. The arrays are in its <see cref="DwarfAbbreviationTable"/>.</summary>
internal struct DwarfAbbreviation
{
    public ulong Code;
    public DwarfTag Tag;
    public bool HasChildren;
    /// <summary>Whether a form is unknown, so that an entry of this shape cannot be passed over.</summary>
    public bool IsUnreadable;
    public int FirstAttribute;
    public int AttributeCount;
    public int FirstStep;
    public int StepCount;
    /// <summary>Fixed bytes after the last step; all bytes of the entry's attributes when there are no steps.</summary>
    public int TailBytes;
    // Indexes relative to FirstAttribute of what every search looks at; -1 when absent.
    public short Name;
    public short Sibling;
    public short Declaration;
    public short Type;
    /// <summary>DW_AT_abstract_origin or DW_AT_specification.</summary>
    public short Origin;
    public short LowPc;
    public short Ranges;
}

/// <summary>
/// One attribute of an abbreviation. Where its value lies is known beforehand but for the values of variable size before it:
/// take <see cref="StepsBefore"/> steps, then <see cref="FixedBefore"/> bytes.
/// </summary>
internal readonly record struct DwarfAttributeSpec(DwarfAttribute Name, DwarfForm Form, long ImplicitConst, int StepsBefore, int FixedBefore);

/// <summary>A step over attributes: a run of fixed bytes and then one value of variable size.</summary>
internal readonly record struct DwarfSkipStep(int FixedBytes, DwarfForm Form);

namespace Tracer.Elf.Dwarf;

/// <summary>The type of a unit (DWARF 5, table 7.2); units of older versions are given the type they have in effect.</summary>
public enum DwarfUnitKind : byte
{
    /// <summary>A whole compilation, DW_UT_compile.</summary>
    Compile = 1,
    /// <summary>One type, referred to by its signature, DW_UT_type or a unit of .debug_types.</summary>
    Type = 2,
    /// <summary>A part imported by others, DW_UT_partial.</summary>
    Partial = 3,
    /// <summary>What a split compilation leaves in the executable, DW_UT_skeleton.</summary>
    Skeleton = 4,
    /// <summary>A compilation in a split file, DW_UT_split_compile.</summary>
    SplitCompile = 5,
    /// <summary>A type in a split file, DW_UT_split_type.</summary>
    SplitType = 6,
}

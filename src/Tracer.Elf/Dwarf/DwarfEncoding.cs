namespace Tracer.Elf.Dwarf;

/// <summary>How the bits of a base type are meant (DWARF 5, table 7.11).</summary>
public enum DwarfEncoding : byte
{
    /// <summary>Not given.</summary>
    None = 0,
    /// <summary>A machine address.</summary>
    Address = 1,
    /// <summary>True or false.</summary>
    Boolean = 2,
    /// <summary>A complex floating-point number.</summary>
    ComplexFloat = 3,
    /// <summary>A floating-point number.</summary>
    Float = 4,
    /// <summary>A signed integer.</summary>
    Signed = 5,
    /// <summary>A signed character.</summary>
    SignedChar = 6,
    /// <summary>An unsigned integer.</summary>
    Unsigned = 7,
    /// <summary>An unsigned character.</summary>
    UnsignedChar = 8,
    /// <summary>A decimal floating-point number.</summary>
    DecimalFloat = 15,
    /// <summary>A Unicode character (char16_t, char32_t).</summary>
    Utf = 16,
}

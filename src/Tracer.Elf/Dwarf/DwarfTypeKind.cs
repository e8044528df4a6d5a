namespace Tracer.Elf.Dwarf;

/// <summary>What a <see cref="DwarfType"/> is.</summary>
public enum DwarfTypeKind : byte
{
    /// <summary>A type this reader does not know or that could not be read.</summary>
    Unknown,
    /// <summary>No type: C's void.</summary>
    Void,
    /// <summary>A number, character or truth value; see <see cref="DwarfType.Encoding"/>.</summary>
    Base,
    /// <summary>A pointer to <see cref="DwarfType.Target"/>.</summary>
    Pointer,
    /// <summary>A C++ reference to <see cref="DwarfType.Target"/>.</summary>
    Reference,
    /// <summary>A C++ rvalue reference to <see cref="DwarfType.Target"/>.</summary>
    RvalueReference,
    /// <summary>A structure.</summary>
    Struct,
    /// <summary>A C++ class.</summary>
    Class,
    /// <summary>A union.</summary>
    Union,
    /// <summary>An array of <see cref="DwarfType.Target"/>.</summary>
    Array,
    /// <summary>An enumeration.</summary>
    Enum,
    /// <summary>Another name for <see cref="DwarfType.Target"/>.</summary>
    Typedef,
    /// <summary>const <see cref="DwarfType.Target"/>.</summary>
    Const,
    /// <summary>volatile <see cref="DwarfType.Target"/>.</summary>
    Volatile,
    /// <summary>restrict <see cref="DwarfType.Target"/>.</summary>
    Restrict,
    /// <summary>_Atomic <see cref="DwarfType.Target"/>.</summary>
    Atomic,
    /// <summary>A function that returns <see cref="DwarfType.Target"/>.</summary>
    Function,
    /// <summary>A type with a name only, such as C++'s decltype(nullptr).</summary>
    Unspecified,
}

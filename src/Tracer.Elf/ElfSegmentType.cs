namespace Tracer.Elf;

/// <summary>The kind of a segment: p_type of its program header; other values than these occur and are kept.</summary>
public enum ElfSegmentType : uint
{
    /// <summary>PT_NULL: unused.</summary>
    Null = 0,
    /// <summary>PT_LOAD: mapped into memory.</summary>
    Load = 1,
    /// <summary>PT_DYNAMIC: the dynamic table.</summary>
    Dynamic = 2,
    /// <summary>PT_INTERP: the path of the program interpreter.</summary>
    Interpreter = 3,
    /// <summary>PT_NOTE: notes.</summary>
    Note = 4,
    /// <summary>PT_PHDR: the program headers themselves.</summary>
    ProgramHeaders = 6,
    /// <summary>PT_TLS: the initial image of thread-local storage.</summary>
    Tls = 7,
    /// <summary>PT_GNU_EH_FRAME: the binary search table of .eh_frame.</summary>
    EhFrameHeader = 0x6474e550,
    /// <summary>PT_GNU_STACK: permissions of the stack.</summary>
    Stack = 0x6474e551,
    /// <summary>PT_GNU_RELRO: read-only after relocation.</summary>
    ReadOnlyAfterRelocation = 0x6474e552,
    /// <summary>PT_GNU_PROPERTY: the .note.gnu.property section.</summary>
    Property = 0x6474e553,
}

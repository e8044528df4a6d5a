namespace Tracer.Elf;

/// <summary>The kind of an ELF file: e_type of its header; other values than these occur and are kept.</summary>
public enum ElfFileType : ushort
{
    /// <summary>ET_NONE.</summary>
    None = 0,
    /// <summary>ET_REL: a relocatable object, whose addresses are not final.</summary>
    Relocatable = 1,
    /// <summary>ET_EXEC: an executable at fixed addresses.</summary>
    Executable = 2,
    /// <summary>ET_DYN: a shared library or a position-independent executable.</summary>
    SharedObject = 3,
    /// <summary>ET_CORE: a core dump.</summary>
    Core = 4,
}

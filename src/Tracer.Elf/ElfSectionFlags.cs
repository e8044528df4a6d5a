namespace Tracer.Elf;

/// <summary>The attributes of a section: sh_flags of its header; other bits than these occur and are kept.</summary>
[Flags]
public enum ElfSectionFlags : ulong
{
    /// <summary>No attribute.</summary>
    None = 0,
    /// <summary>SHF_WRITE: writable.</summary>
    Write = 0x1,
    /// <summary>SHF_ALLOC: occupies memory.</summary>
    Allocate = 0x2,
    /// <summary>SHF_EXECINSTR: executable.</summary>
    Execute = 0x4,
    /// <summary>SHF_TLS: thread-local storage.</summary>
    Tls = 0x400,
    /// <summary>SHF_COMPRESSED: its bytes start with a compression header.</summary>
    Compressed = 0x800,
}

namespace Tracer.Elf;

/// <summary>The permissions of a segment: p_flags of its program header.</summary>
[Flags]
public enum ElfSegmentFlags : uint
{
    /// <summary>No permission.</summary>
    None = 0,
    /// <summary>PF_X: executable.</summary>
    Execute = 1,
    /// <summary>PF_W: writable.</summary>
    Write = 2,
    /// <summary>PF_R: readable.</summary>
    Read = 4,
}

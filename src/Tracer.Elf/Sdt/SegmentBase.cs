namespace Tracer.Elf.Sdt;

/// <summary>The segment register of a memory operand.</summary>
public enum SegmentBase
{
    /// <summary>None: a flat address.</summary>
    None,
    /// <summary>fs: thread-local storage of x86-64.</summary>
    Fs,
    /// <summary>gs: thread-local storage of i386.</summary>
    Gs,
}

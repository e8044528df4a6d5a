namespace Tracer.Linux;

/// <summary>The permission letters of a line of /proc/PID/maps.</summary>
[Flags]
public enum MemoryProtection
{
    /// <summary>"---p".</summary>
    None = 0,

    /// <summary>"r".</summary>
    Read = 1,

    /// <summary>"w".</summary>
    Write = 2,

    /// <summary>"x".</summary>
    Execute = 4,

    /// <summary>"s" instead of "p": writes reach the file and other processes.</summary>
    Shared = 8,
}

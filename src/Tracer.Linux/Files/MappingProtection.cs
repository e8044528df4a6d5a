namespace Tracer.Linux;

/// <summary>PROT_ bits of a mapping of this process.</summary>
[Flags]
public enum MappingProtection
{
    /// <summary>No access.</summary>
    None = 0,

    /// <summary>PROT_READ.</summary>
    Read = 1,

    /// <summary>PROT_WRITE.</summary>
    Write = 2,

    /// <summary>PROT_EXEC.</summary>
    Execute = 4,
}

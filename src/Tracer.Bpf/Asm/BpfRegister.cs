namespace Tracer.Bpf;

/// <summary>
/// The registers of eBPF (Documentation/bpf/standardization/instruction-set.rst): R0 return value, R1-R5 arguments (lost over a call),
/// R6-R9 kept over calls, R10 the read-only frame pointer (512 bytes of stack below it).
/// </summary>
public enum BpfRegister : byte
{
    /// <summary>Return value of calls and of the program.</summary>
    R0,

    /// <summary>First argument; the context at program entry.</summary>
    R1,

    /// <summary>Second argument.</summary>
    R2,

    /// <summary>Third argument.</summary>
    R3,

    /// <summary>Fourth argument.</summary>
    R4,

    /// <summary>Fifth argument.</summary>
    R5,

    /// <summary>Kept over calls.</summary>
    R6,

    /// <summary>Kept over calls.</summary>
    R7,

    /// <summary>Kept over calls.</summary>
    R8,

    /// <summary>Kept over calls.</summary>
    R9,

    /// <summary>Frame pointer, read-only.</summary>
    R10,
}

namespace Tracer.Bpf;

/// <summary>
/// Atomic read-modify-write on memory; the values are the instruction's immediate. All but <see cref="Add"/> need kernel 5.12.
/// The fetching forms put the old value in the source register; <see cref="CompareExchange"/> compares with and returns in R0.
/// </summary>
public enum BpfAtomicOperation : byte
{
    /// <summary>Add, nothing returned.</summary>
    Add = 0x00,

    /// <summary>Or, nothing returned.</summary>
    Or = 0x40,

    /// <summary>And, nothing returned.</summary>
    And = 0x50,

    /// <summary>Exclusive or, nothing returned.</summary>
    Xor = 0xa0,

    /// <summary>Add, old value to the source register.</summary>
    FetchAdd = 0x01,

    /// <summary>Or, old value to the source register.</summary>
    FetchOr = 0x41,

    /// <summary>And, old value to the source register.</summary>
    FetchAnd = 0x51,

    /// <summary>Exclusive or, old value to the source register.</summary>
    FetchXor = 0xa1,

    /// <summary>Swap memory and the source register.</summary>
    Exchange = 0xe1,

    /// <summary>Store the source register if memory equals R0; the old value to R0.</summary>
    CompareExchange = 0xf1,
}

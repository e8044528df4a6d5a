namespace Tracer.Runtimes.Code;

/// <summary>A run of machine code with its link-time address.</summary>
/// <param name="Address">The address of the first byte.</param>
/// <param name="Bytes">The code.</param>
public readonly record struct CodeBlock(ulong Address, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>The address behind the last byte.</summary>
    public ulong End => Address + (ulong)Bytes.Length;

    /// <summary>Whether an address lies in it.</summary>
    public bool Contains(ulong address) => address - Address < (ulong)Bytes.Length;
}

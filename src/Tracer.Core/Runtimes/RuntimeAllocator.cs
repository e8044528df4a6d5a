namespace Tracer.Core.Runtimes;

/// <summary>The functions of a runtime's own allocator, which all its blocks pass.</summary>
/// <param name="Functions">The functions.</param>
public sealed record RuntimeAllocator(IReadOnlyList<RuntimeAllocator.Member> Functions)
{
    /// <summary>One of them.</summary>
    /// <param name="Name">Its name in the runtime's source.</param>
    /// <param name="Address">Its link-time address.</param>
    /// <param name="Pointer">The link-time address of the pointer by which it is called; null where it is called directly.</param>
    public sealed record Member(string Name, ulong Address, ulong? Pointer);
}

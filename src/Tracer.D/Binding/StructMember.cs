namespace Tracer.D.Binding;

/// <summary>Where a member of a struct is and what it is.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Offset">Its offset in bytes; for a bit field that of its storage unit, which has the member's type.</param>
/// <param name="Type">Its type.</param>
/// <param name="BitOffset">The lowest bit of a bit field in its storage unit.</param>
/// <param name="BitSize">The bits of a bit field; zero for every other member.</param>
public readonly record struct StructMember(string Name, long Offset, DType Type, int BitOffset = 0, int BitSize = 0);

namespace Tracer.D.Binding;

/// <summary>Where a member of a struct is and what it is.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Offset">Its offset in bytes; of a bit field, of the byte it starts in.</param>
/// <param name="Type">Its type.</param>
/// <param name="BitOffset">The first bit of a bit field in that byte, from the lowest.</param>
/// <param name="BitSize">The bits of a bit field; zero for every other member.</param>
public readonly record struct MemberPlace(string Name, long Offset, DType Type, int BitOffset = 0, int BitSize = 0);

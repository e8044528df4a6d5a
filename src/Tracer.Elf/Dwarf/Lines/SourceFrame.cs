namespace Tracer.Elf.Dwarf.Lines;

/// <summary>A function that an address is in, as the source has it: the function with the code, or one that was inlined into it.</summary>
/// <param name="Name">The name as in the source, without namespaces and classes; null when it has none.</param>
/// <param name="LinkageName">The mangled name, or null when it is the same or not said.</param>
/// <param name="IsInlined">Whether it was inlined into the next frame.</param>
/// <param name="Location">Where in it execution is: of the innermost the address's own line, of others the line of the call that was inlined.</param>
public readonly record struct SourceFrame(string? Name, string? LinkageName, bool IsInlined, SourceLocation? Location);

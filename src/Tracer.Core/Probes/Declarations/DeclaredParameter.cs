using Tracer.Core.Expressions;

namespace Tracer.Core.Probes.Declarations;

/// <summary>A parameter as a provider definition has it.</summary>
/// <param name="Name">Its name; null when the definition gives none.</param>
/// <param name="Type">Its type; null for a C type whose size is not known here, which stays as the note has it.</param>
internal sealed record DeclaredParameter(string? Name, ExpressionType? Type);

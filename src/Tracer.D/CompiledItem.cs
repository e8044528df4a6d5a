using Tracer.Core.Expressions;

namespace Tracer.D;

/// <summary>One of a list of expressions.</summary>
/// <param name="Text">As it was written, which names its column.</param>
/// <param name="Expression">What it compiles to.</param>
public sealed record CompiledItem(string Text, Expression Expression);

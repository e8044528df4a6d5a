using Tracer.Core.Expressions;

namespace Tracer.Core.Runtimes;

/// <summary>A name for something of the code that runs.</summary>
/// <param name="Name">The name.</param>
/// <param name="Value">The value.</param>
public sealed record RunningName(string Name, Expression Value);

namespace Tracer.D.Binding;

/// <summary>What a scope has to say to a name: a value, or why it has none.</summary>
/// <param name="Value">The value; null when the name cannot be used.</param>
/// <param name="Problem">Why it cannot be used, one clause; null when there is a value.</param>
/// <param name="Hint">What to write instead; null when there is nothing to say.</param>
public sealed record NameResolution(TypedExpression? Value, string? Problem = null, string? Hint = null);

using Tracer.Core.Expressions;

namespace Tracer.Core.Plans;

/// <summary>A value that an emission records: its name and the expression it comes from.</summary>
/// <param name="Name">Its name in the event.</param>
/// <param name="Expression">Where it comes from.</param>
public sealed record PlannedValue(string Name, Expression Expression);

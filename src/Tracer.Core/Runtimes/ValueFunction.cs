using Tracer.Core.Expressions;

namespace Tracer.Core.Runtimes;

/// <summary>A function of expressions that shows an object of a runtime.</summary>
/// <param name="Name">Its name: <c>pyvalue</c>.</param>
/// <param name="Of">From the object's address, uint64, to a picture of it.</param>
public sealed record ValueFunction(string Name, Func<Expression, Expression> Of);

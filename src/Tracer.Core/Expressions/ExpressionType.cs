namespace Tracer.Core.Expressions;

/// <summary>The type of an expression's value: an integer, a float or text.</summary>
public abstract record ExpressionType;

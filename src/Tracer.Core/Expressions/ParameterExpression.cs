namespace Tracer.Core.Expressions;

/// <summary>A parameter of the probe, before it is known at which site: a plan replaces it by the site's argument.</summary>
/// <param name="Index">Which parameter.</param>
/// <param name="ParameterType">Its type.</param>
public sealed record ParameterExpression(int Index, ExpressionType ParameterType) : Expression(ParameterType);

namespace Tracer.Core.Expressions;

/// <summary>A value that cannot be had at this site, with the reason; it disables one argument and not the probe.</summary>
/// <param name="Wanted">The type it would have.</param>
/// <param name="Reason">Why, in one clause: "symbol .LC1 is in no symbol table".</param>
public sealed record UnavailableExpression(ExpressionType Wanted, string Reason) : Expression(Wanted);

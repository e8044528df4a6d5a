using Tracer.Core.Expressions;

namespace Tracer.Core.Plans;

/// <summary>Assigns to a variable. When the value or a key cannot be read, the fault is counted and the rest of the clause is left out.</summary>
/// <param name="Target">The variable, with the keys of the element.</param>
/// <param name="Value">The value, of the variable's type.</param>
public sealed record AssignAction(VariableExpression Target, Expression Value) : ClauseAction;

using Tracer.Core.Expressions;

namespace Tracer.Core.Plans;

/// <summary>Assigns to a variable. When the value or a key cannot be read, the fault is counted and the rest of the clause is left out.</summary>
/// <param name="Target">The variable, with the keys of the element.</param>
/// <param name="Value">The value, of the variable's type.</param>
public sealed record AssignAction(VariableExpression Target, Expression Value) : ClauseAction
{
    /// <summary>
    /// The value of the second field where the variable has two; null is zero. Where <see cref="Value"/> is a loop, it may use the last values of that loop's variables.
    /// </summary>
    public Expression? Second { get; init; }
}

using Tracer.Core.Expressions;
using Tracer.Core.Plans;

namespace Tracer.Core.Splitting;

/// <summary>Collects what a backend must record of a hit so that expressions can be evaluated later: the largest parts of them that it can evaluate.</summary>
/// <param name="canEvaluate">Whether the backend can evaluate an expression with all its parts.</param>
internal sealed class Gatherer(Func<Expression, bool> canEvaluate)
{
    private readonly List<PlannedValue> _values = [];

    /// <summary>What is to be recorded.</summary>
    public IReadOnlyList<PlannedValue> Values => _values;

    /// <summary>The expression over the recorded values.</summary>
    public Expression Gather(Expression expression) => ExpressionParts.Replace(expression, e => e switch
    {
        // A loop's variables mean nothing outside of it.
        ConstantExpression or TextLiteralExpression or UnavailableExpression or LoopVariableExpression => e,
        _ when e is not IterateExpression && ExpressionParts.Any(e, p => p is LoopVariableExpression) => null,
        _ when canEvaluate(e) => Recorded(e),
        _ => null,
    });

    private GatheredExpression Recorded(Expression expression)
    {
        var index = _values.FindIndex(v => v.Expression == expression);
        if (index < 0)
        {
            index = _values.Count;
            _values.Add(new PlannedValue($"value{index}", expression));
        }

        return new GatheredExpression(index, expression.Type);
    }
}

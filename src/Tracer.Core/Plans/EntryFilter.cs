using Tracer.Core.Expressions;
using Tracer.Core.Probes;

namespace Tracer.Core.Plans;

/// <summary>Turns the filter of a return into one of the entry, where both must give the same: when it asks only for values that were saved then and cannot fail.</summary>
internal static class EntryFilter
{
    /// <summary>The condition over the entry's own registers; null when it must wait for the return, or there is none.</summary>
    public static Expression? Of(Expression? condition, ProbeSite site, FrameSave save)
    {
        if (condition is null)
            return null;
        var atReturn = ExpressionParts.Replace(condition, e => e is ParameterExpression p ? site.Arguments[p.Index] : null);
        return ExpressionParts.Any(atReturn, e => !IsKnownAtEntry(e))
            ? null
            : ExpressionParts.Replace(atReturn, e => e is SavedExpression saved ? save.Values[saved.Slot] : null);
    }

    // A thread's ids do not change while it is in a call. What divides may fault, which would be counted for calls that never return.
    private static bool IsKnownAtEntry(Expression expression) => expression switch
    {
        SavedExpression or ConstantExpression or ConvertExpression or UnaryExpression or ConditionalExpression => true,
        BinaryExpression b => b.Operator is not (BinaryOperator.Divide or BinaryOperator.Remainder),
        BuiltInExpression b => b.Value is BuiltInValue.ProcessId or BuiltInValue.ThreadId,
        _ => false,
    };
}

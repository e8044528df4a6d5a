using Tracer.Core.Expressions;
using Tracer.Elf;

namespace Tracer.Core.Plans;

/// <summary>A value that an emission records: its name and the expression it comes from.</summary>
/// <param name="Name">Its name in the event.</param>
/// <param name="Expression">Where it comes from.</param>
public sealed record PlannedValue(string Name, Expression Expression)
{
    /// <summary>Why the value may be unavailable at a hit: what the expression says, or the vector register that not every backend can read.</summary>
    public string UnavailableReason { get; } = Find(Expression) ?? "not at this site";

    private static string? Find(Expression expression) =>
        ExpressionParts.TryFind(expression, e => e is UnavailableExpression or VectorExpression, out var found)
            ? found is VectorExpression v ? $"xmm{v.Register - X64Register.Xmm0} cannot be read by this backend; --backend ptrace can" : ((UnavailableExpression)found).Reason
            : null;
}

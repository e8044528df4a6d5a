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

    // What is said of this very value comes before what some backends lack.
    private static string? Find(Expression expression) =>
        ExpressionParts.TryFind(expression, e => e is UnavailableExpression, out var found) || ExpressionParts.TryFind(expression, e => Reason(e) is not null, out found)
            ? Reason(found) : null;

    private static string? Reason(Expression expression) => expression switch
    {
        UnavailableExpression u => u.Reason,
        VectorExpression v => $"xmm{v.Register - X64Register.Xmm0} cannot be read by this backend; --backend ptrace can",
        RegisterExpression { Register: X64Register.FsBase or X64Register.GsBase } => "the base of thread-local storage cannot be read by this backend; --backend ebpf and ptrace can",
        BuiltInExpression { Value: BuiltInValue.ThreadTime } => "the time that the thread has run cannot be read by this backend; --backend ebpf and ptrace can",
        _ => null,
    };
}

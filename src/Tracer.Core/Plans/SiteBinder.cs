using Tracer.Core.Expressions;
using Tracer.Core.Probes;

namespace Tracer.Core.Plans;

/// <summary>Puts a site's arguments, and what is known of its probe, into the expressions of a <see cref="ProbeProgram"/>.</summary>
/// <param name="probe">The probe.</param>
/// <param name="site">One of its sites.</param>
/// <param name="entryTimes">Where entry times are asked for.</param>
internal sealed class SiteBinder(Probe probe, ProbeSite site, EntryTimes entryTimes)
{
    public Expression Bind(Expression expression) => ExpressionParts.Replace(expression, e => e switch
    {
        ParameterExpression p => site.Arguments[p.Index],
        BuiltInExpression { Value: BuiltInValue.EntryTimestamp } b => site.Restore is { } restore
            ? entryTimes.Want(restore.Store)
            : new UnavailableExpression(b.Type, $"{probe.FullName} does not fire where a function is left"),
        BuiltInExpression { Value: BuiltInValue.ProbeProvider } => new TextLiteralExpression(probe.Provider),
        BuiltInExpression { Value: BuiltInValue.ProbeModule } => new TextLiteralExpression(probe.Module.Name),
        BuiltInExpression { Value: BuiltInValue.ProbeName } => new TextLiteralExpression(probe.Name),
        BuiltInExpression { Value: BuiltInValue.Probe } => new TextLiteralExpression(probe.FullName),
        _ => null,
    });

    public PlannedValue Bind(PlannedValue value)
    {
        var bound = Bind(value.Expression);
        return ReferenceEquals(bound, value.Expression) ? value : new PlannedValue(value.Name, bound);
    }

    public ClauseAction Bind(ClauseAction action) => action switch
    {
        AggregateAction a => a with { Keys = Bind(a.Keys), Value = a.Value is null ? null : Bind(a.Value) },
        AssignAction a => new AssignAction(new VariableExpression(a.Target.Variable, Bind(a.Target.Keys)), Bind(a.Value)),
        _ => action,
    };

    private ExpressionList Bind(ExpressionList list) => new([.. list.Select(Bind)]);
}

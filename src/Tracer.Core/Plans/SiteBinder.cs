using Tracer.Core.Expressions;
using Tracer.Core.Probes;

namespace Tracer.Core.Plans;

/// <summary>Puts a site's arguments, and what is known of its probe, into the expressions of a <see cref="ProbeProgram"/>.</summary>
/// <param name="program">The program.</param>
/// <param name="site">One of its probe's sites.</param>
/// <param name="frames">Where saved values are.</param>
internal sealed class SiteBinder(ProbeProgram program, ProbeSite site, FrameNeeds frames)
{
    private readonly Probe _probe = program.Probe;

    public Expression Bind(Expression expression) => ExpressionParts.Replace(expression, e => e switch
    {
        ParameterExpression p => frames.Apply(site.Arguments[p.Index], site.Restore?.Store),
        BuiltInExpression { Value: BuiltInValue.EntryTimestamp } when program.Leave is not null => frames.Behind(site.Restore),
        BuiltInExpression { Value: BuiltInValue.EntryTimestamp } b => site.Restore is { } restore
            ? frames.EntryTime(restore.Store)
            : new UnavailableExpression(b.Type, $"{_probe.FullName} does not fire where a function is left"),
        BuiltInExpression b when NameOf(b.Value) is { } name => new TextLiteralExpression(name),
        _ => null,
    });

    private string? NameOf(BuiltInValue value) => value switch
    {
        BuiltInValue.ProbeProvider => _probe.Provider,
        BuiltInValue.ProbeModule => _probe.Module.Name,
        BuiltInValue.ProbeName => _probe.Name,
        BuiltInValue.Probe => _probe.FullName,
        _ => null,
    };

    // A name that stands alone is not computed with.
    private Expression BindWhole(Expression expression) => expression is BuiltInExpression b && NameOf(b.Value) is { } name
        ? new TextLiteralExpression(name) { IsNameOfSite = true }
        : Bind(expression);

    public PlannedValue Bind(PlannedValue value)
    {
        var bound = BindWhole(value.Expression);
        return ReferenceEquals(bound, value.Expression) ? value : new PlannedValue(value.Name, bound);
    }

    public ClauseAction Bind(ClauseAction action) => action switch
    {
        AggregateAction a => a with { Keys = new ExpressionList([.. a.Keys.Select(BindWhole)]), Value = a.Value is null ? null : Bind(a.Value) },
        AssignAction a => new AssignAction(new VariableExpression(a.Target.Variable, Bind(a.Target.Keys)), Bind(a.Value)) { Second = a.Second is null ? null : Bind(a.Second) },
        _ => action,
    };

    private ExpressionList Bind(ExpressionList list) => new([.. list.Select(Bind)]);
}

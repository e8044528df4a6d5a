using Tracer.Core.Aggregations;
using Tracer.Core.Diagnostics;
using Tracer.Core.Expressions;
using Tracer.Core.Plans;
using Tracer.Core.Probes;
using Tracer.D;

namespace Tracer.Queries;

/// <summary>From a query over some probes to its aggregation and, for each probe, the action that fills it.</summary>
/// <param name="expressions">Compiles what the user wrote.</param>
internal sealed class QueryCompiler(ProbeExpressions expressions)
{
    /// <summary>Compiles a query.</summary>
    /// <param name="query">The query.</param>
    /// <param name="probes">The probes whose hits count, one or more.</param>
    /// <param name="latency">The value of a latency; not used otherwise.</param>
    /// <returns>The aggregation, and an action for each of the probes.</returns>
    public (Aggregation Aggregation, IReadOnlyList<AggregateAction> Actions) Compile(TraceQuery query, IReadOnlyList<Probe> probes, Expression? latency)
    {
        var keys = probes.Select(p => KeysOf(query, p, probes)).ToArray();
        var values = probes.Select(p => query.IsLatency ? latency : query.Value is { } text ? expressions.Value(text, p) : null).ToArray();
        var keyTypes = Enumerable.Range(0, keys[0].Count)
            .Select(k => CommonType(keys[0][k].Text, probes, [.. keys.Select(list => list[k].Expression.Type)])).ToArray();
        var valueType = values[0] is null ? IntegerType.UInt64 : Widest([.. values.Select(v => v!.Integer)]);
        var aggregation = new Aggregation(
            query.IsLatency ? "latency" : query.Value ?? "", query.Function, [.. keys[0].Select((k, i) => new AggregationKey(k.Text, keyTypes[i]))])
        {
            ValueType = valueType,
            Buckets = query.Buckets,
            Capacity = query.MaximumKeys,
        };
        var actions = probes.Select((_, p) => new AggregateAction(
            aggregation,
            new ExpressionList([.. keys[p].Select((k, i) => keyTypes[i] is IntegerType type ? Build.Convert(k.Expression, type) : k.Expression)]),
            values[p] is { } value ? Build.Convert(value, valueType) : null));
        return (aggregation, [.. actions]);
    }

    private IReadOnlyList<CompiledItem> KeysOf(TraceQuery query, Probe probe, IReadOnlyList<Probe> probes)
    {
        if (query.By.Count == 0)
            return probes.Select(p => p.FullName).Distinct().Count() > 1 ? [new CompiledItem("probe", new BuiltInExpression(BuiltInValue.Probe))] : [];
        var keys = expressions.Keys(query.By, probe);
        return keys.Count <= Aggregation.MaximumKeys
            ? keys
            : throw new TracerException("ST0209", FailureKind.Usage, $"There are {keys.Count} keys.", $"A row has at most {Aggregation.MaximumKeys}.");
    }

    private static ExpressionType CommonType(string key, IReadOnlyList<Probe> probes, IReadOnlyList<ExpressionType> types)
    {
        if (types.All(t => t == types[0]))
            return types[0];
        if (types.All(t => t is IntegerType))
            return Widest([.. types.Cast<IntegerType>()]);
        var other = types.Select((t, k) => (Type: t, Probe: probes[k])).First(t => t.Type is TextType != types[0] is TextType);
        throw new TracerException(
            "ST0210", FailureKind.Usage, $"The key '{key}' is a {types[0]} of {probes[0].FullName} and a {other.Type} of {other.Probe.FullName}.", null,
            "Name probes whose keys are of one kind, or give types: 'app:request(string)'.");
    }

    private static IntegerType Widest(IReadOnlyList<IntegerType> types) => types.Any(t => t.Signed) ? IntegerType.Int64 : IntegerType.UInt64;
}

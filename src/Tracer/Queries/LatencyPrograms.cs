using Tracer.Core.Expressions;
using Tracer.Core.Plans;
using Tracer.Core.Probes;

namespace Tracer.Queries;

/// <summary>
/// How a latency is measured. Where a return follows its function's frames, the frame knows when it was entered. Two other probes are paired by how they are nested in
/// each thread.
/// </summary>
internal sealed class LatencyPrograms(LatencyProbes probes)
{
    private readonly CallNesting? _pairs = probes.Entries.Count > 0 ? new CallNesting("latency") : null;

    /// <summary>The time since the entry, at a return.</summary>
    public static Expression Value { get; } =
        Build.Binary(BinaryOperator.Subtract, new BuiltInExpression(BuiltInValue.Timestamp), new BuiltInExpression(BuiltInValue.EntryTimestamp));

    /// <summary>The programs, given what each return does. A return that the filter refuses ends its time too.</summary>
    public IReadOnlyList<ProbeProgram> Make(IReadOnlyList<Expression?> filters, IReadOnlyList<IReadOnlyList<ClauseAction>> actions) =>
    [
        .. probes.Returns.Select((probe, k) => new ProbeProgram(probe) { Leave = _pairs, Condition = filters[k], Actions = actions[k] }),
        // After the returns: a probe that is both ends one time where the next begins.
        .. probes.Entries.Select(probe => new ProbeProgram(probe) { Enter = _pairs }),
    ];
}

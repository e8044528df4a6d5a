using Tracer.Core.Backends;
using Tracer.Core.Events;
using Tracer.Core.Expressions;
using Tracer.Core.Plans;
using Tracer.Core.Probes;
using Tracer.Queries;

namespace Tracer.Sessions;

/// <summary>One armed plan of a session with what counts its events. A session that follows nothing has one.</summary>
internal sealed class SessionPart(TraceProgram program, EventCounter counter, IProbeAttachment attachment)
{
    /// <summary>The probes that are armed.</summary>
    public IReadOnlyList<Probe> Probes => program.Probes;

    /// <summary>What is armed.</summary>
    public IProbeAttachment Attachment => attachment;

    /// <summary>What its hits are summed up to.</summary>
    public AggregationReader Aggregations { get; } = new(program.Aggregations, attachment);

    /// <summary>Whether native stacks are recorded or are keys.</summary>
    public bool HasStacks => FrameChainPlanner.HasStackKeys(attachment.Plan) || attachment.Plan.Emissions.Any(e => e.Values.Any(v => v.Expression.Type is StackType));

    /// <summary>Events delivered so far.</summary>
    public ulong Delivered => counter.Delivered;

    /// <summary>Events lost so far.</summary>
    public ulong Lost => counter.Lost(attachment);

    /// <summary>Lets events through.</summary>
    public void Open() => counter.Open(attachment);

    /// <summary>What it did so far.</summary>
    public TraceSummary Summarise(string backend, TimeSpan duration) =>
        Aggregations.Complete(counter.Summarise(program.Probes, attachment, backend, duration, program.Silence));
}

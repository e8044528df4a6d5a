using Tracer.Core.Expressions;
using Tracer.Core.Plans;

namespace Tracer.Core.Backends;

/// <summary>A way of tracing: it takes a plan and delivers events.</summary>
public interface IProbeBackend
{
    /// <summary>Its name on the command line: <c>ebpf</c>, <c>perf</c>, <c>ptrace</c>.</summary>
    string Name { get; }

    /// <summary>Whether it can carry out this plan on this machine as this user, without changing anything.</summary>
    BackendSupport Evaluate(TracePlan plan);

    /// <summary>
    /// Why the backend cannot evaluate this node at a hit (its parts aside), in one clause; null when it can. What it refuses is gathered and finished
    /// elsewhere.
    /// </summary>
    /// <param name="expression">The node.</param>
    /// <param name="textLimit">The plan's limit of a text, in bytes.</param>
    string? Refuse(Expression expression, int textLimit) => null;

    /// <summary>Whether it can follow calls from an entry to its return (<see cref="PlannedSite.Call"/>) on this machine; otherwise exits must be sites of their own.</summary>
    bool FollowsCalls => false;

    /// <summary>Why it cannot follow a process into those that it starts, the programs it executes and the libraries it loads, in one sentence; null when it can.</summary>
    string? RefuseFamily() => $"The {Name} backend traces one process with what it has mapped.";

    /// <summary>Begins to follow processes, into what they start from now on.</summary>
    /// <param name="takesAll">Whether every process that executes a program joins, whoever started it.</param>
    /// <exception cref="Diagnostics.TracerException">It is not possible.</exception>
    IProcessFamily OpenFamily(bool takesAll) => throw new NotSupportedException(RefuseFamily());

    /// <summary>
    /// Arms all sites. When it returns, every site is armed and events flow to <paramref name="sink"/>.
    /// </summary>
    /// <exception cref="Diagnostics.TracerException">It failed; nothing is left behind in the target.</exception>
    ValueTask<IProbeAttachment> AttachAsync(TracePlan plan, IEventSink sink, CancellationToken cancellationToken);
}

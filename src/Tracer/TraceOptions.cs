using Microsoft.Extensions.Logging;
using Tracer.Allocations;
using Tracer.Core.Backends;
using Tracer.Core.Plans;
using Tracer.Core.Probes.Declarations;
using Tracer.Core.Runtimes;
using Tracer.Linux;

namespace Tracer;

/// <summary>What to trace and how.</summary>
public sealed record TraceOptions
{
    /// <summary>The probes: <c>provider:probe</c> with globs, or DTrace's spelling.</summary>
    public required IReadOnlyList<string> Probes { get; init; }

    /// <summary>Only hits that satisfy this D expression count: <c>lineno > 100 &amp;&amp; funcname == "fib"</c>; null for all.</summary>
    public string? Where { get; init; }

    /// <summary>
    /// What hits are summed up to. When there is a query there are no events: <see cref="TraceSession.ReadAggregations"/> gives the rows. Latencies and
    /// other queries do not go together.
    /// </summary>
    public IReadOnlyList<TraceQuery> Queries { get; init; } = [];

    /// <summary>
    /// How many bytes of each event's native stack are copied, a multiple of 1024 up to 65,536; the stack is the event's value <c>ustack</c>. Null for events
    /// without stacks.
    /// </summary>
    public int? StackBytes { get; init; }

    /// <summary>How stacks that are keys of <see cref="Queries"/> are walked; those of events are always unwound.</summary>
    public StackWalk StackWalk { get; init; } = StackWalk.Auto;

    /// <summary>
    /// Whether what <see cref="TraceSession.Stacks"/> names frames from is opened before probes are armed. For sinks that name stacks as they come: the first would keep
    /// the backend's thread waiting while events are lost.
    /// </summary>
    public bool PreparesStackNames { get; init; }

    /// <summary>Values that are recorded of every event beside the probe's parameters: lists of D expressions, as <c>qualname, pid</c>.</summary>
    public IReadOnlyList<string> Values { get; init; } = [];

    /// <summary>What is to be told of memory, instead of all that is asked of probes; null for nothing.</summary>
    internal AllocationOptions? Allocations { get; init; }

    /// <summary>Parameters that are recorded on request only, and are to be recorded of the probes that have them: <c>args</c>, <c>locals</c>.</summary>
    public IReadOnlyList<string> Requested { get; init; } = [];

    /// <summary>
    /// Whether what the process starts from now on is traced too, and what they execute and load. Probes that are not there yet are awaited. The session ends when the last of them has exited.
    /// Needs the ebpf backend.
    /// </summary>
    public bool Follow { get; init; }

    /// <summary>Which backend to use.</summary>
    public BackendChoice Backend { get; init; } = BackendChoice.Auto;

    /// <summary>How functions of native code are seen to return.</summary>
    public ReturnMethod Returns { get; init; } = ReturnMethod.Auto;

    /// <summary>The most bytes of a text that are recorded, 8 to 65,536; longer ones are marked truncated.</summary>
    public int TextLimit { get; init; } = PlanBuilder.DefaultTextLimit;

    /// <summary>
    /// Receives events synchronously on the backend's thread, without allocation; <see cref="TraceSession.Events"/> then stays empty. Null to read
    /// <see cref="TraceSession.Events"/>.
    /// </summary>
    public IEventSink? Sink { get; init; }

    /// <summary>Called when all probes are armed and before the first event is delivered.</summary>
    public Action<TraceSession>? Armed { get; init; }

    /// <summary>Stop after that many events, 1 or more; null for no limit. What fires beyond it is neither delivered nor lost.</summary>
    public long? MaximumEvents { get; init; }

    /// <summary>
    /// Deliver at most that many events in a second of CLOCK_MONOTONIC, 1 or more; null for no limit. Hits beyond it are refused where they are (by ebpf in the kernel, before their
    /// values are read or anything is sent; by perf, whose samples are made already, and for filters that are finished here, where they are read); they cost the
    /// target a breakpoint and are neither delivered nor lost but counted as <see cref="Core.Events.TraceSummary.Limited"/>.
    /// </summary>
    public long? EventsPerSecond { get; init; }

    /// <summary>
    /// The most that hits may cost, in percent of the target's running time, above 0 and below 100; null for no bound. To keep it, probes are disarmed for a part of the
    /// time, and what fires then is not seen; <see cref="TraceSession.Overhead"/> tells. The perf backend cannot do this.
    /// </summary>
    public double? MaximumOverhead { get; init; }

    /// <summary>How many events <see cref="TraceSession.Events"/> holds for a slow reader before further ones count as lost; 1 or more.</summary>
    public int EventCapacity { get; init; } = 65_536;

    /// <summary>Where the session says what it chose and why.</summary>
    public ILogger? Logger { get; init; }

    /// <summary>Names and types of the arguments of notes, by provider definitions; null for those that sharptrace brings.</summary>
    public ProviderDeclarations? Declarations { get; init; }

    /// <summary>The runtimes to ask; null for all that are built in.</summary>
    public IReadOnlyList<IRuntime>? Runtimes { get; init; }

    /// <summary>The backends to choose from, in order of preference; null for all that are built in.</summary>
    public IReadOnlyList<IProbeBackend>? Backends { get; init; }

    /// <summary>How a command is started; null: as this user, with this process's environment.</summary>
    public CommandLaunch? Launch { get; init; }

    /// <summary>
    /// The sharptrace command, a path, of which the ptrace backend starts a second process that gives the target all back when this process is killed. Null: this program when
    /// it is the command, else a <c>sharptrace</c> beside it, else none. Empty: none. Without one, threads of the target wait at breakpoints until somebody looks at it with
    /// sharptrace (<see cref="LeftBehind"/>).
    /// </summary>
    public string? GuardianPath { get; init; }

    /// <summary>The kernel; null for the real one.</summary>
    public ISystemCallGate? Gate { get; init; }
}

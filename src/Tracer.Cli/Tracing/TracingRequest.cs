using Tracer.Core.Probes.Declarations;

namespace Tracer.Cli.Tracing;

/// <summary>What a tracing verb was asked to do.</summary>
internal sealed record TracingRequest
{
    public required IReadOnlyList<string> Probes { get; init; }

    public int? StackBytes { get; init; }

    /// <summary>What is shown of events beside parameters.</summary>
    public IReadOnlyList<string> Values { get; init; } = [];

    public IReadOnlyList<string> Requested { get; init; } = [];

    public string? Where { get; init; }

    /// <summary>What hits are summed up to; null to print events.</summary>
    public TraceQuery? Query { get; init; }

    public TimeSpan? Interval { get; init; }

    public int? Top { get; init; }

    public long? Events { get; init; }

    public long? EventsPerSecond { get; init; }

    public double? MaximumOverhead { get; init; }

    public TimeSpan? Duration { get; init; }

    public StackWalk StackWalk { get; init; }

    public bool Follow { get; init; }

    public BackendChoice Backend { get; init; }

    public ReturnMethod Returns { get; init; }

    public bool Json { get; init; }

    public string? OutputFile { get; init; }

    public int TextLimit { get; init; }

    /// <summary>Names and types of the arguments of notes, when files of them were given.</summary>
    public ProviderDeclarations? Declarations { get; init; }

    public bool FailOnLoss { get; init; }

    public bool NoColour { get; init; }

    public int Verbosity { get; init; }
}

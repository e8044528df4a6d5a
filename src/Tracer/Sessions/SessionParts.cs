using Tracer.Core.Aggregations;
using Tracer.Core.Events;
using Tracer.Core.Probes;

namespace Tracer.Sessions;

/// <summary>The plans of a session, which may become more while it runs; told as one.</summary>
internal sealed class SessionParts
{
    private readonly Lock _gate = new();
    private readonly List<SessionPart> _parts = [];
    private bool _isStopped;

    /// <summary>The probes of all parts, those of one name and file once.</summary>
    public IReadOnlyList<Probe> Probes => [.. All.SelectMany(p => p.Probes).DistinctBy(p => (p.FullName, p.Module.Path, p.Function))];

    /// <summary>Whether native stacks are recorded or are keys.</summary>
    public bool HasStacks => All.Any(p => p.HasStacks);

    /// <summary>Events delivered so far.</summary>
    public ulong Delivered => (ulong)All.Sum(p => (long)p.Delivered);

    /// <summary>Events lost so far.</summary>
    public ulong Lost => (ulong)All.Sum(p => (long)p.Lost);

    private SessionPart[] All
    {
        get
        {
            lock (_gate)
                return [.. _parts];
        }
    }

    /// <summary>Takes a part in; false when the session has been stopped, and the part with it.</summary>
    public bool TryAdd(SessionPart part)
    {
        lock (_gate)
        {
            if (_isStopped)
                return false;
            _parts.Add(part);
            return true;
        }
    }

    /// <summary>Disarms all.</summary>
    public async Task StopAsync()
    {
        lock (_gate)
            _isStopped = true;
        // Closing waits for the kernel; the waits overlap.
        await Task.WhenAll(All.Select(p => p.Attachment.StopAsync().AsTask())).ConfigureAwait(false);
    }

    /// <summary>Gives back what all hold.</summary>
    public async Task DisposeAsync()
    {
        foreach (var part in All)
            await part.Attachment.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>What the queries came to, one for each in their order.</summary>
    public IReadOnlyList<AggregationSnapshot> Read(bool reset) =>
        All.Select(p => p.Aggregations.Read(reset)).Aggregate((IReadOnlyList<AggregationSnapshot>?)null, (sum, next) => sum is null ? next : [.. sum.Zip(next, (a, b) => a.Plus(b))]) ?? [];

    /// <summary>What the session did so far.</summary>
    public TraceSummary Summarise(string backend, TimeSpan duration, string whenNone) =>
        All.Select(p => p.Summarise(backend, duration)).Aggregate((TraceSummary?)null, (sum, next) => sum?.Plus(next) ?? next)
            ?? new TraceSummary { Backend = backend, Probes = [], Duration = duration, WhyNoEvents = whenNone };
}

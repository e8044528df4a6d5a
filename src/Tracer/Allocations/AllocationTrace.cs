using Tracer.Core.Aggregations;
using Tracer.Core.Diagnostics;
using Tracer.Core.Targets;
using Tracer.Linux;

namespace Tracer.Allocations;

/// <summary>A running account of a process's memory by the interpreted functions that ask for it: blocks of the C library and, where it is seen, of the interpreter's allocator.</summary>
public sealed class AllocationTrace : IAsyncDisposable
{
    private readonly TraceSession _session;
    private readonly AllocationNames _names;
    private readonly AllocationOptions _options;

    private readonly ProcessMemory _memory;
    private readonly string? _problem;

    private AllocationTrace(TraceSession session, ProcessMemory memory, AllocationNames names, AllocationOptions options, string? problem) =>
        (_session, _memory, _names, _options, _problem) = (session, memory, names, options, problem);

    /// <summary>The session: its process, backend, end and summary.</summary>
    public TraceSession Session => _session;

    /// <summary>Attaches to a running process.</summary>
    /// <exception cref="TracerException">An expected failure; the target is unharmed.</exception>
    public static async Task<AllocationTrace> AttachAsync(int processId, AllocationOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var memory = new ProcessMemory(LinuxSystemCalls.Instance, processId);
        try
        {
            var names = new AllocationNames(new ProcessTargetMemory(memory), options.By != AllocationBy.Function);
            string? problem = null;
            var trace = new TraceOptions
            {
                Probes = [],
                Allocations = options with { Unseen = why => problem = why },
                Backend = options.Backend,
                TextLimit = options.TextLimit,
                Sink = names,
                Logger = options.Logger,
            };
            var session = await TraceSession.AttachAsync(processId, trace, cancellationToken).ConfigureAwait(false);
            return new AllocationTrace(session, memory, names, options, problem);
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    /// <summary>What there is so far; also after <see cref="TraceSession.StopAsync"/>.</summary>
    public AllocationReport Read()
    {
        var snapshots = _session.ReadAggregations();
        var freed = snapshots[AllocationPrograms.FreedIndex].Rows.ToDictionary(OwnerOf);
        var owners = snapshots[AllocationPrograms.AllocatedIndex].Rows.Select(r => Row(r, freed.GetValueOrDefault(OwnerOf(r)))).ToArray();
        var rows = (_options.By, _options.HasStacks) switch
        {
            (AllocationBy.Stack, _) => AllocationSummary.Merge(owners),
            (_, true) => AllocationSummary.Inclusive(AllocationSummary.Merge(owners)),
            // Of a line there may be several instructions.
            (AllocationBy.Line, _) => AllocationSummary.MergeLines(owners),
            _ => owners,
        };
        return new AllocationReport([.. rows.OrderByDescending(r => (r.Inclusive ?? r.Own).Growth).ThenByDescending(r => (r.Inclusive ?? r.Own).Bytes)], _problem)
        {
            Total = AllocationSummary.Sum(owners),
            Nameless = AllocationSummary.Sum(owners.Where(r => r.Unknown is not (null or AllocationNames.NoPython))),
            Cut = AllocationSummary.Sum(owners.Where(r => r.IsCut)),
            MissedFrees = snapshots[AllocationPrograms.MissedIndex].Rows.Aggregate(0UL, (sum, row) => sum + row.Count),
        };
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _session.DisposeAsync().ConfigureAwait(false);
        _memory.Dispose();
    }

    private static ulong OwnerOf(AggregationRow row) => unchecked((ulong)row.Keys[0].Int64);

    private AllocationRow Row(AggregationRow allocated, AggregationRow? freed)
    {
        var owner = OwnerOf(allocated);
        var sum = new AllocationSum(allocated.Count, (ulong)allocated.Value, freed?.Count ?? 0, freed is null ? 0 : (ulong)freed.Value);
        return (owner > AllocationOwner.Collided ? _names.Of(owner) : null) is { } row
            ? row with { Own = sum }
            : new AllocationRow
            {
                Own = sum,
                Unknown = owner switch
                {
                    0 => AllocationNames.NoPython,
                    AllocationOwner.Collided => "who cannot be told from others: two numbers are one",
                    _ => "the event that names it was lost",
                },
            };
    }
}

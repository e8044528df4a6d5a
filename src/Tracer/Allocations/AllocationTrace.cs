using System.Collections.Concurrent;
using Tracer.Core.Aggregations;
using Tracer.Core.Backends;
using Tracer.Core.Diagnostics;
using Tracer.Core.Events;
using Tracer.Core.Records;

namespace Tracer.Allocations;

/// <summary>A running account of a process's memory by the interpreted functions that ask for it: blocks of the C library and, where it is seen, of the interpreter's allocator.</summary>
public sealed class AllocationTrace : IAsyncDisposable
{
    private readonly TraceSession _session;
    private readonly Names _names;

    private AllocationTrace(TraceSession session, Names names) => (_session, _names) = (session, names);

    /// <summary>The session: its process, backend, end and summary.</summary>
    public TraceSession Session => _session;

    /// <summary>Attaches to a running process.</summary>
    /// <exception cref="TracerException">An expected failure; the target is unharmed.</exception>
    public static async Task<AllocationTrace> AttachAsync(int processId, AllocationOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var names = new Names();
        var session = await TraceSession.AttachAsync(
            processId, new TraceOptions { Probes = [], Allocations = options, Backend = options.Backend, TextLimit = options.TextLimit, Sink = names, Logger = options.Logger }, cancellationToken).ConfigureAwait(false);
        return new AllocationTrace(session, names);
    }

    /// <summary>What there is so far; also after <see cref="TraceSession.StopAsync"/>.</summary>
    public AllocationReport Read()
    {
        var snapshots = _session.ReadAggregations();
        var freed = snapshots[1].Rows.ToDictionary(r => OwnerOf(r));
        var rows = snapshots[0].Rows.Select(r => Row(r, freed.GetValueOrDefault(OwnerOf(r)))).OrderByDescending(r => r.Growth).ThenByDescending(r => r.Bytes).ToArray();
        return new AllocationReport(rows, _session.Probes.Any(p => p.Name.Contains("PyObject_", StringComparison.Ordinal)));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _session.DisposeAsync();

    private static ulong OwnerOf(AggregationRow row) => unchecked((ulong)row.Keys[0].Int64);

    private AllocationRow Row(AggregationRow allocated, AggregationRow? freed)
    {
        var owner = OwnerOf(allocated);
        var row = _names.Of(owner) ?? new AllocationRow
        {
            Allocations = 0,
            Bytes = 0,
            Frees = 0,
            FreedBytes = 0,
            Unknown = owner == 0 ? "no Python was running" : "the event that names it was lost",
        };
        return row with { Allocations = allocated.Count, Bytes = (ulong)allocated.Value, Frees = freed?.Count ?? 0, FreedBytes = freed is null ? 0 : (ulong)freed.Value };
    }

    private sealed class Names : IEventSink
    {
        private readonly ConcurrentDictionary<ulong, AllocationRow> _rows = [];

        public AllocationRow? Of(ulong owner) => _rows.GetValueOrDefault(owner);

        public void OnEvent(in EventRecord record)
        {
            var (owner, file, name, qualified, line) = (0UL, (string?)null, (string?)null, (string?)null, (int?)null);
            foreach (var value in record)
            {
                switch (value.Planned.Name)
                {
                    case AllocationPrograms.Owner:
                        owner = value.Bits;
                        break;
                    case "pyfile":
                        file = new TraceValue(value).ToString();
                        break;
                    case "pyfunc":
                        name = new TraceValue(value).ToString();
                        break;
                    case "pyqualname":
                        qualified = new TraceValue(value).ToString();
                        break;
                    case "pyline":
                        line = (int)value.Bits;
                        break;
                }
            }

            _rows[owner] = new AllocationRow { FileName = file, Function = qualified ?? name, Line = line, Allocations = 0, Bytes = 0, Frees = 0, FreedBytes = 0 };
        }

        public void OnBatchEnd()
        {
        }
    }
}

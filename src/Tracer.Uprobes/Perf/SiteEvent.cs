using Tracer.Core.Plans;
using Tracer.Linux;

namespace Tracer.Uprobes.Perf;

/// <summary>The event of one site on one CPU, and the account of its hits.</summary>
internal sealed class SiteEvent(ISystemCallGate gate, PlannedSite site, OwnedDescriptor descriptor, bool tellsLosses) : IDisposable
{
    private readonly Lock _lock = new();
    private ulong _seen;
    private ulong _unusable;
    private ulong? _final;

    /// <summary>The site.</summary>
    public PlannedSite Site { get; } = site;

    /// <summary>The event.</summary>
    public OwnedDescriptor Descriptor { get; } = descriptor;

    /// <summary>The number its samples carry.</summary>
    public ulong Id { get; init; }

    /// <summary>
    /// Hits of which no sample came. Linux 6.0 and later count them; before that they are what the event has counted and was not seen, which is known at the
    /// end only and zero until then.
    /// </summary>
    public ulong Lost
    {
        get
        {
            lock (_lock)
                return Volatile.Read(ref _unusable) + (_final ?? (tellsLosses ? Read() : 0));
        }
    }

    /// <summary>A sample came, of whichever process.</summary>
    public void CountSeen() => _seen++;

    /// <summary>The sample had no registers.</summary>
    public void CountUnusable() => Volatile.Write(ref _unusable, _unusable + 1);

    /// <summary>Reads the losses for the last time: the event is disabled and its ring was emptied.</summary>
    public void Close()
    {
        lock (_lock)
            _final ??= Read();
    }

    public void Dispose() => Descriptor.Dispose();

    // The numbers are count, id and, where known, lost.
    private ulong Read()
    {
        Span<ulong> numbers = stackalloc ulong[3];
        numbers.Clear();
        if (gate.PerfRead(Descriptor, tellsLosses ? numbers : numbers[..2]).IsError)
            return 0;
        return tellsLosses ? numbers[2] : numbers[0] > _seen ? numbers[0] - _seen : 0;
    }
}

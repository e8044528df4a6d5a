using Tracer.Core.Backends;
using Tracer.Core.Evaluation;
using Tracer.Core.Events;
using Tracer.Core.Execution;
using Tracer.Core.Plans;
using Tracer.Core.Probes;
using Tracer.Core.Records;

namespace Tracer;

/// <summary>Stands between backend and sink and counts, per emission, what was delivered, cut and unreadable.</summary>
internal sealed class EventCounter(TracePlan plan, IEventSink sink, EventLimit limit, RateLimiter? limiter = null) : IEventSink
{
    private readonly ulong[] _delivered = new ulong[plan.Emissions.Count];
    private readonly ulong[] _dropped = new ulong[plan.Emissions.Count];
    private readonly ICountingSink? _counting = sink as ICountingSink;
    private readonly TaskCompletionSource _opened = new();
    private volatile bool _isOpen;
    private bool _gaveUp;
    private ulong _truncated;
    private ulong _unreadable;
    private ulong _late;
    private ulong _limited;
    private IProbeAttachment? _attachment;
    private ulong[]? _lostAtLimit;
    private ulong? _limitedAtLimit;

    public ulong Delivered => Sum(_delivered);

    /// <summary>Events that fired and were not delivered; after the limit none are lost any more.</summary>
    public ulong Lost(IProbeAttachment attachment)
    {
        ulong lost = 0;
        foreach (var emission in plan.Emissions)
            lost += Lost(attachment, emission);
        return lost;
    }

    /// <summary>Lets events through; until then the backend's thread waits with the first.</summary>
    /// <param name="attachment">What delivers them; asked for losses when the limit is reached: what comes later does not count.</param>
    public void Open(IProbeAttachment? attachment = null)
    {
        _attachment = attachment;
        _isOpen = true;
        _opened.TrySetResult();
    }

    public void OnEvent(in EventRecord record)
    {
        if (!_isOpen && !WaitUntilOpen())
        {
            _dropped[record.Emission.Index]++;
            return;
        }

        if (limit.IsReached)
        {
            Freeze();
            return;
        }

        if (limiter?.TryPass(record.Time) == false)
        {
            _limited++;
            return;
        }

        if (!limit.TryTake(out var isLast))
        {
            Freeze();
            return;
        }

        var isDelivered = true;
        if (_counting is null)
            sink.OnEvent(record);
        else
            isDelivered = _counting.TryDeliver(record);
        if (!isDelivered)
        {
            limit.GiveBack();
            _dropped[record.Emission.Index]++;
            return;
        }

        _delivered[record.Emission.Index]++;
        if (isLast)
        {
            Freeze();
            limit.Reach();
        }

        foreach (var value in record)
        {
            if (value.IsLate)
                _late++;
            if (value.Status == EvaluationStatus.Ok)
                continue;
            if (value.Status == EvaluationStatus.Truncated)
                _truncated++;
            else
                _unreadable++;
        }
    }

    // What is lost after the limit is not lost to anybody.
    private void Freeze()
    {
        if (_attachment is not { } attached || _lostAtLimit is not null)
            return;
        _limitedAtLimit = attached.ReadCounter(plan.Counters.Limited);
        _lostAtLimit = [.. plan.Emissions.Select(e => attached.LostEvents(e.Index))];
    }

    // Attaching may fail after the first event: the backend then stops the thread that waits here, which must not wait for ever.
    private bool WaitUntilOpen()
    {
        if (!_gaveUp)
            _gaveUp = !_opened.Task.Wait(TimeSpan.FromSeconds(5));
        return _isOpen;
    }

    public void OnBatchEnd()
    {
        if (_isOpen)
            sink.OnBatchEnd();
    }

    /// <param name="probes">The probes that are armed.</param>
    /// <param name="attachment">Their attachment.</param>
    /// <param name="backend">The backend's name.</param>
    /// <param name="duration">How long they have been armed.</param>
    /// <param name="silence">What it means that nothing came of them.</param>
    public TraceSummary Summarise(IReadOnlyList<Probe> probes, IProbeAttachment attachment, string backend, TimeSpan duration, string silence)
    {
        var counts = new List<ProbeCount>();
        foreach (var group in plan.Emissions.GroupBy(e => e.ProbeName))
        {
            ulong events = 0, lost = 0;
            foreach (var emission in group)
            {
                events += _delivered[emission.Index];
                lost += Lost(attachment, emission);
            }

            counts.Add(new ProbeCount(group.Key, events, lost));
        }

        var delivered = Sum(_delivered);
        var lostInAll = (ulong)counts.Sum(c => (long)c.Lost);
        return new TraceSummary
        {
            Backend = backend,
            Probes = counts,
            Events = delivered,
            Lost = lostInAll,
            LostFrames = attachment.LostFrames,
            LostReturns = attachment.LostReturns,
            Unreturned = attachment.OpenFrames,
            Truncated = _truncated,
            Unreadable = _unreadable,
            Late = _late,
            Limited = _limited + (_limitedAtLimit ?? attachment.ReadCounter(plan.Counters.Limited)),
            TargetStopped = attachment.TargetStopped,
            Duration = duration,
            WhyNoEvents = delivered + lostInAll > 0 ? null : WhyNoEvents(probes, silence),
        };
    }

    private static string WhyNoEvents(IReadOnlyList<Probe> probes, string silence)
    {
        var dormant = probes.Where(p => p.DormantReason is not null).Select(p => $"{p.FullName}: {p.DormantReason}").Distinct().ToArray();
        return dormant.Length > 0
            ? $"No events. {string.Join(" ", dormant)}"
            : $"No events: {silence}";
    }

    private ulong Lost(IProbeAttachment attachment, Emission emission) =>
        _dropped[emission.Index] + (_lostAtLimit is { } before ? before[emission.Index] : attachment.LostEvents(emission.Index));

    private static ulong Sum(ulong[] counts)
    {
        ulong sum = 0;
        foreach (var count in counts)
            sum += Volatile.Read(in count);
        return sum;
    }
}

using Tracer.Linux;

namespace Tracer.Uprobes.Perf;

/// <summary>
/// Merges the rings of the CPUs by time. A caller gives the time before which nothing can be missing: the clock as it was before the rings are looked at. A thread
/// that hits on one CPU, moves and hits on another has its first record written before its second gets its time; so when the second is early enough to be
/// handed over, the first was in its ring already. The order within a thread is therefore always right; records of different threads are as near as their
/// writers were undisturbed between taking the time and writing.
/// </summary>
internal sealed class RingMerger(IReadOnlyList<PerfRing> rings)
{
    // Room is given back often, so that a full ring takes new records while the old ones are worked on.
    private const int RecordsPerRelease = 64;

    private readonly PerfRing[] _rings = [.. rings];
    private readonly ulong[] _times = new ulong[rings.Count];

    /// <summary>Hands over what is not younger than <paramref name="until"/> nanoseconds, at most about <paramref name="most"/> records; returns how many.</summary>
    public int Drain(ulong until, int most, IPerfRecordVisitor visitor)
    {
        for (var k = 0; k < _rings.Length; k++)
        {
            _rings[k].Snapshot();
            Look(k);
        }

        var count = 0;
        while (count < most)
        {
            var (first, second) = FindOldest();
            if (first < 0 || _times[first] > until)
                break;
            // Its records are handed over up to the oldest of the other rings.
            var limit = Math.Min(second, until);
            var ring = _rings[first];
            var run = 0;
            do
            {
                ring.TryPeek(out var record);
                visitor.Visit(new PerfRecord(record));
                ring.Advance();
                Look(first);
            }
            while (++run < RecordsPerRelease && _times[first] <= limit && _times[first] != ulong.MaxValue);
            ring.Release();
            count += run;
        }

        foreach (var ring in _rings)
            ring.Release();
        return count;
    }

    private void Look(int ring) =>
        _times[ring] = _rings[ring].TryPeek(out var record) ? Math.Min(new PerfRecord(record).Time, ulong.MaxValue - 1) : ulong.MaxValue;

    private (int First, ulong Second) FindOldest()
    {
        var first = -1;
        ulong oldest = ulong.MaxValue, second = ulong.MaxValue;
        for (var k = 0; k < _times.Length; k++)
        {
            if (_times[k] < oldest)
                (first, second, oldest) = (k, oldest, _times[k]);
            else if (_times[k] < second)
                second = _times[k];
        }

        return (first, second);
    }
}

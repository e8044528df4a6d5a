using System.Diagnostics;

namespace Tracer.Core.Events;

/// <summary>Turns CLOCK_MONOTONIC nanoseconds into wall-clock time by a difference measured once, when it is made.</summary>
public sealed class WallClock
{
    private static readonly Lazy<ulong> AtZero = new(() => (ulong)(new WallClock()._offsetTicks - DateTimeOffset.UnixEpoch.Ticks) * 100);

    private readonly long _offsetTicks;

    /// <summary>Measures the difference between the two clocks.</summary>
    public WallClock()
    {
        // Stopwatch is CLOCK_MONOTONIC in nanoseconds on Linux. Bracket the wall clock and take the middle.
        var before = Stopwatch.GetTimestamp();
        var now = DateTimeOffset.Now;
        var after = Stopwatch.GetTimestamp();
        Offset = now.Offset;
        _offsetTicks = now.UtcTicks - (before + (after - before) / 2) / 100;
    }

    /// <summary>The local time's distance from UTC.</summary>
    public TimeSpan Offset { get; }

    /// <summary>Local ticks (100 ns since year 1) of a monotonic time in nanoseconds.</summary>
    public long ToLocalTicks(ulong monotonicNanoseconds) => _offsetTicks + (long)(monotonicNanoseconds / 100) + Offset.Ticks;

    /// <summary>Wall-clock time of a monotonic time in nanoseconds.</summary>
    public DateTimeOffset ToWallClock(ulong monotonicNanoseconds) => new(ToLocalTicks(monotonicNanoseconds), Offset);

    /// <summary>Nanoseconds since 1970 when CLOCK_MONOTONIC was zero: what is added to a monotonic time, as measured when it is first asked for.</summary>
    public static ulong UnixNanosecondsAtZero => AtZero.Value;
}

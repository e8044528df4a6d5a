using System.Text;
using Tracer.Core.Pictures;
using Tracer.Core.Probes;
using Tracer.Core.Records;
using Tracer.Core.Stacks;

namespace Tracer.Core.Events;

/// <summary>An event, copied out of its record so that it can be kept.</summary>
public sealed class TraceEvent
{
    private readonly TraceValue[] _values;

    /// <summary>Copies the record.</summary>
    /// <param name="record">The record.</param>
    /// <param name="clock">Turns monotonic time into wall-clock time.</param>
    /// <param name="walker">Walks stacks; null leaves them without frames.</param>
    /// <param name="pictures">Reads pictures; null leaves them without contents.</param>
    public TraceEvent(in EventRecord record, WallClock clock, StackWalker? walker = null, PictureReaders? pictures = null)
    {
        ArgumentNullException.ThrowIfNull(clock);
        MonotonicNanoseconds = record.Time;
        Timestamp = clock.ToWallClock(record.Time);
        ProcessId = record.ProcessId;
        ThreadId = record.ThreadId;
        Cpu = record.Cpu;
        Comm = Encoding.UTF8.GetString(record.Comm);
        Probe = record.Emission.ProbeName;
        Location = record.Emission.Site.Location;
        _values = new TraceValue[record.ValueCount];
        var k = 0;
        foreach (var value in record)
            _values[k++] = new TraceValue(value, walker, pictures);
    }

    /// <summary>CLOCK_MONOTONIC nanoseconds.</summary>
    public ulong MonotonicNanoseconds { get; }

    /// <summary>Wall-clock time.</summary>
    public DateTimeOffset Timestamp { get; }

    /// <summary>Process id.</summary>
    public int ProcessId { get; }

    /// <summary>Thread id.</summary>
    public int ThreadId { get; }

    /// <summary>The CPU, or -1 when the backend does not know it.</summary>
    public int Cpu { get; }

    /// <summary>The thread's name.</summary>
    public string Comm { get; }

    /// <summary><c>provider:name</c>.</summary>
    public string Probe { get; }

    /// <summary>The site's instruction.</summary>
    public CodeLocation Location { get; }

    /// <summary>The values, in the order of the probe's parameters.</summary>
    public IReadOnlyList<TraceValue> Values => _values;

    /// <summary>The value of that parameter.</summary>
    /// <exception cref="KeyNotFoundException">The probe has no parameter of that name.</exception>
    public TraceValue this[string name]
    {
        get
        {
            foreach (var value in _values)
            {
                if (value.Name == name)
                    return value;
            }

            throw new KeyNotFoundException($"{Probe} has no parameter {name}; it has {string.Join(", ", _values.Select(v => v.Name))}.");
        }
    }
}

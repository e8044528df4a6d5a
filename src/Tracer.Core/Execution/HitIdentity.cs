using Tracer.Core.Events;
using Tracer.Core.Expressions;

namespace Tracer.Core.Execution;

/// <summary>Who, where and when of a hit: what every backend knows.</summary>
/// <param name="ProcessId">The process.</param>
/// <param name="ThreadId">The thread.</param>
/// <param name="Cpu">The CPU; negative when the backend does not know it.</param>
/// <param name="Time">CLOCK_MONOTONIC nanoseconds.</param>
public readonly record struct HitIdentity(int ProcessId, int ThreadId, int Cpu, ulong Time)
{
    /// <summary>The value, canonical for its type; false for what is not known by these four.</summary>
    public bool TryGet(BuiltInValue value, out ulong number)
    {
        number = value switch
        {
            BuiltInValue.ProcessId => (ulong)ProcessId,
            BuiltInValue.ThreadId => (ulong)ThreadId,
            BuiltInValue.Cpu => (ulong)Cpu,
            BuiltInValue.Timestamp => Time,
            BuiltInValue.WallTimestamp => Time + WallClock.UnixNanosecondsAtZero,
            _ => 0,
        };
        return value is BuiltInValue.ProcessId or BuiltInValue.ThreadId or BuiltInValue.Timestamp or BuiltInValue.WallTimestamp || (value == BuiltInValue.Cpu && Cpu >= 0);
    }
}

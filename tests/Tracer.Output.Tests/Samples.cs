using Tracer.Core.Events;

namespace Tracer.Output.Tests;

internal static class Samples
{
    public static TraceSummary Summary { get; } = new()
    {
        Backend = "ptrace",
        Probes = [new ProbeCount("python:function__entry", 1234, 5), new ProbeCount("python:function__return", 0, 0)],
        Events = 1234,
        Lost = 5,
        LostFrames = 3,
        Truncated = 2,
        Unreadable = 1,
        TargetStopped = TimeSpan.FromMilliseconds(12.5),
        Duration = TimeSpan.FromSeconds(1.5),
    };
}

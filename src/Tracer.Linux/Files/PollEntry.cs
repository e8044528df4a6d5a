using System.Runtime.InteropServices;

namespace Tracer.Linux;

/// <summary>The kernel's <c>struct pollfd</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct PollEntry
{
    private readonly int _descriptor;
    private readonly PollEvents _wanted;
    private readonly PollEvents _ready;

    /// <summary>An entry waiting for <paramref name="wanted"/>; a negative descriptor is passed over.</summary>
    public PollEntry(int descriptor, PollEvents wanted)
    {
        _descriptor = descriptor;
        _wanted = wanted;
        _ready = PollEvents.None;
    }

    /// <summary>What it is ready for, after the wait.</summary>
    public readonly PollEvents Ready => _ready;
}

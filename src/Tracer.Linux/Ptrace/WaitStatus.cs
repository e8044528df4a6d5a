using System.Globalization;

namespace Tracer.Linux;

/// <summary>What wait4(2) says of a child or traced thread (bits/waitstatus.h; ptrace events in bits 16 to 23).</summary>
/// <param name="Raw">The status word.</param>
public readonly record struct WaitStatus(int Raw)
{
    /// <summary>True when it exited by itself; see <see cref="ExitCode"/>.</summary>
    public bool IsExited => (Raw & 0x7F) == 0;

    /// <summary>True when a signal killed it; see <see cref="TerminationSignal"/>.</summary>
    public bool IsSignaled => (Raw & 0x7F) is not 0 and not 0x7F;

    /// <summary>True when it is gone, by exit or by signal.</summary>
    public bool IsGone => IsExited || IsSignaled;

    /// <summary>True when it has stopped; see <see cref="StopSignal"/> and <see cref="Event"/>.</summary>
    public bool IsStopped => (Raw & 0xFF) == 0x7F;

    /// <summary>True when SIGCONT has continued it (__WCONTINUED).</summary>
    public bool IsContinued => Raw == 0xFFFF;

    /// <summary>The exit code, 0 to 255; meaningless unless <see cref="IsExited"/>.</summary>
    public int ExitCode => (Raw >> 8) & 0xFF;

    /// <summary>The signal that killed it.</summary>
    public Signal TerminationSignal => (Signal)(Raw & 0x7F);

    /// <summary>The signal that stopped it, without the system-call mark; SIGTRAP for most events.</summary>
    public Signal StopSignal => (Signal)((Raw >> 8) & 0x7F);

    /// <summary>The ptrace event, or <see cref="PtraceEvent.None"/> for a signal about to be delivered.</summary>
    public PtraceEvent Event => (PtraceEvent)((Raw >> 16) & 0xFF);

    /// <summary>What a shell would give as $?: the exit code, or 128 and the signal's number.</summary>
    public int ShellCode => IsSignaled ? 128 + (int)TerminationSignal : ExitCode;

    /// <summary>A status of an exit with <paramref name="code"/>.</summary>
    public static WaitStatus Exited(int code) => new((code & 0xFF) << 8);

    /// <summary>A status of a death by <paramref name="signal"/>.</summary>
    public static WaitStatus Signaled(Signal signal) => new((int)signal & 0x7F);

    /// <summary>A status of a stop.</summary>
    public static WaitStatus Stopped(Signal signal, PtraceEvent stopEvent = PtraceEvent.None) =>
        new(((int)stopEvent << 16) | ((int)signal << 8) | 0x7F);

    /// <inheritdoc/>
    public override string ToString()
    {
        if (IsContinued) return "continued";
        if (IsExited) return string.Create(CultureInfo.InvariantCulture, $"exited with {ExitCode}");
        if (IsSignaled) return $"killed by {TerminationSignal.Name()}";
        return Event == PtraceEvent.None ? $"stopped by {StopSignal.Name()}" : $"stopped by {StopSignal.Name()} (event {Event})";
    }
}

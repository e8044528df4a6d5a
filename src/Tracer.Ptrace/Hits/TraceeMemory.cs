using Tracer.Core.Targets;
using Tracer.Linux;
using Tracer.Ptrace.Breakpoints;

namespace Tracer.Ptrace.Hits;

/// <summary>The target's memory as its program made it: our breakpoints are not seen. Goes on when the first thread has ended and others have not.</summary>
internal sealed class TraceeMemory(ISystemCallGate gate, int processId) : ITargetMemory, IDisposable
{
    private BreakpointSet? _breakpoints;

    /// <summary>The memory as it is.</summary>
    public ProcessMemory Raw { get; private set; } = new(gate, processId);

    /// <summary>From now on hides these.</summary>
    public void Hide(BreakpointSet breakpoints) => _breakpoints = breakpoints;

    /// <inheritdoc/>
    public int Read(ulong address, Span<byte> destination)
    {
        var read = Raw.Read(address, destination).Count;
        _breakpoints?.Hide(address, destination[..read]);
        return read;
    }

    /// <summary>Makes sure that the memory is reached through a thread that still has it: a zombie has none.</summary>
    public void ReachBy(int tid)
    {
        if (tid == Raw.Pid || Raw.Read(0, stackalloc byte[1]).Error != Errno.ESRCH) return;
        Raw.Dispose();
        Raw = new ProcessMemory(gate, tid);
    }

    public void Dispose() => Raw.Dispose();
}

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

    /// <summary>A living thread, by which the memory is reached when the first one, or the last one used, has ended: a zombie has no memory.</summary>
    public int LivingThread { get; set; } = processId;

    /// <inheritdoc/>
    public int Read(ulong address, Span<byte> destination)
    {
        var result = Raw.Read(address, destination);
        if (result.Error == Errno.ESRCH && MoveToLivingThread()) result = Raw.Read(address, destination);
        _breakpoints?.Hide(address, destination[..result.Count]);
        return result.Count;
    }

    /// <summary>Writes where the program itself could write; the number of bytes written.</summary>
    public int Write(ulong address, ReadOnlySpan<byte> source)
    {
        var result = Raw.Write(address, source);
        if (result.Error == Errno.ESRCH && MoveToLivingThread()) result = Raw.Write(address, source);
        return result.Count;
    }

    /// <summary>From now on reaches the memory through this thread.</summary>
    public void MoveTo(int tid)
    {
        LivingThread = tid;
        MoveToLivingThread();
    }

    public void Dispose() => Raw.Dispose();

    private bool MoveToLivingThread()
    {
        if (LivingThread == Raw.Pid) return false;
        Raw.Dispose();
        Raw = new ProcessMemory(gate, LivingThread);
        return true;
    }
}

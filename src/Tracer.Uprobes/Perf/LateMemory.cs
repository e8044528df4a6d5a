using Tracer.Core.Targets;
using Tracer.Linux;

namespace Tracer.Uprobes.Perf;

/// <summary>The target's memory, read after the hit while the target runs on. Goes on when the first thread has ended and others have not.</summary>
internal sealed class LateMemory(ISystemCallGate gate, int processId) : ITargetMemory, IDisposable
{
    private ProcessMemory _memory = new(gate, processId);

    public bool IsLate => true;

    /// <summary>The thread of the hit: by it the memory is reached when the one used so far has ended.</summary>
    public int Thread { get; set; } = processId;

    public int Read(ulong address, Span<byte> destination)
    {
        var result = _memory.Read(address, destination);
        if (result.Error == Errno.ESRCH && Thread != _memory.Pid)
        {
            _memory.Dispose();
            _memory = new ProcessMemory(gate, Thread);
            result = _memory.Read(address, destination);
        }

        return result.Count;
    }

    public void Dispose() => _memory.Dispose();
}

using System.Globalization;
using Tracer.Core.Execution;
using Tracer.Linux;

namespace Tracer.Uprobes.Perf;

/// <summary>A thread of the target: what its frames have saved, its name, what /proc says of it.</summary>
internal sealed class PerfThread(int processId, int threadId)
{
    // TASK_COMM_LEN without its NUL.
    private const int LongestName = 15;
    private const ulong MaximumStatusAge = 1_000_000_000;

    private readonly byte[] _name = new byte[LongestName];
    private int _nameLength;
    private ProcessStatus? _status;
    private ulong _statusTime;

    public int ThreadId { get; } = threadId;

    public FrameTable Frames { get; } = new();

    /// <summary>The name, as the records tell it: exact at the time of a hit.</summary>
    public ReadOnlySpan<byte> Name => _name.AsSpan(0, _nameLength);

    /// <summary>The thread was renamed.</summary>
    public void Rename(ReadOnlySpan<byte> name)
    {
        _nameLength = Math.Min(name.Length, LongestName);
        name[.._nameLength].CopyTo(_name);
    }

    /// <summary>Reads the name as it is now; it stays empty when the thread is gone.</summary>
    public void ReadName(ISystemCallGate gate)
    {
        if (!gate.ReadFile(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/task/{ThreadId}/comm"), 4096).TryGet(out var text))
            return;
        var name = text.AsSpan();
        Rename(name is [.., (byte)'\n'] ? name[..^1] : name);
    }

    /// <summary>What /proc says, at most a second old at <paramref name="now"/>; null when the thread is gone.</summary>
    public ProcessStatus? Status(ProcFs proc, ulong now)
    {
        if (_status is not null && now < _statusTime + MaximumStatusAge)
            return _status;
        _statusTime = now;
        if (proc.ThreadStatus(processId, ThreadId).TryGet(out var status))
            _status = status;
        return _status;
    }
}

using Tracer.Core.Stacks;
using Tracer.Core.Targets;
using Tracer.Linux;

namespace Tracer.Following;

/// <summary>The processes of a family, those included that are over and whose last events may not have been read. Changed by one thread, read by those that get events.</summary>
internal sealed class FollowedProcesses(ISystemCallGate gate, TargetOpener opener) : IReaderSource, IDisposable
{
    // So many that are over are kept.
    private const int MostOver = 256;

    private readonly Lock _lock = new();
    private readonly Dictionary<int, List<FollowedProcess>> _lives = [];
    private readonly Queue<FollowedProcess> _over = [];
    private int _firstId;
    private ProcessReaders? _none;

    public ProcessReaders Target => Of(_firstId, 0);

    public ProcessReaders Of(int processId, ulong time)
    {
        lock (_lock)
        {
            return _lives.TryGetValue(processId, out var lives) && (lives.FindLast(l => l.Since <= time) ?? lives[^1]).Readers(gate, opener) is { } readers
                ? readers
                : _none ??= FollowedProcess.NoReaders(gate);
        }
    }

    /// <summary>Whether a process is known, or was.</summary>
    public bool Contains(int processId)
    {
        lock (_lock)
            return _lives.ContainsKey(processId);
    }

    /// <summary>What a process is now; null when it is over or not known.</summary>
    public FollowedProcess? Current(int processId)
    {
        lock (_lock)
            return _lives.TryGetValue(processId, out var lives) && lives[^1] is { IsOver: false } last ? last : null;
    }

    /// <summary>A process has begun.</summary>
    public FollowedProcess Add(FollowedProcess process)
    {
        lock (_lock)
        {
            if (_firstId == 0)
                _firstId = process.ProcessId;
            if (!_lives.TryGetValue(process.ProcessId, out var lives))
                _lives.Add(process.ProcessId, lives = []);
            lives.Add(process);
            return process;
        }
    }

    /// <summary>A process was looked at.</summary>
    public void Become(FollowedProcess process, TargetProcess target)
    {
        lock (_lock)
            process.Become(target);
    }

    /// <summary>A process has exited or executed another program.</summary>
    public void End(FollowedProcess process)
    {
        lock (_lock)
        {
            process.IsOver = true;
            _over.Enqueue(process);
            while (_over.Count > MostOver)
                Forget(_over.Dequeue());
        }
    }

    public void Dispose()
    {
        foreach (var process in _lives.Values.SelectMany(p => p))
            process.Dispose();
    }

    private void Forget(FollowedProcess process)
    {
        if (process.IsNeeded || process.ProcessId == _firstId)
            return;
        _lives[process.ProcessId].Remove(process);
        if (_lives[process.ProcessId].Count == 0)
            _lives.Remove(process.ProcessId);
        process.Dispose();
    }
}

using System.Collections;

namespace Tracer.Linux;

/// <summary>
/// A program started by us, by posix_spawn, so that its ptrace stops are nobody's but the tracer's. Killed and reaped by Dispose if it still runs.
/// When this process also traces the child, the tracer's wait is told of its exit in our stead: the tracer then passes it on with
/// <see cref="NoteExit"/>.
/// </summary>
public sealed class ChildProcess : IDisposable
{
    private readonly ISystemCallGate _gate;
    private readonly OwnedDescriptor _descriptor;
    private readonly Lock _reaping = new();
    private WaitStatus? _status;

    private ChildProcess(ISystemCallGate gate, int pid, OwnedDescriptor descriptor, string path)
    {
        _gate = gate;
        Pid = pid;
        _descriptor = descriptor;
        Path = path;
    }

    /// <summary>The process id; the kernel does not give it to another before the child has been reaped.</summary>
    public int Pid { get; }

    /// <summary>The program's path.</summary>
    public string Path { get; }

    /// <summary>How it ended, if it has been seen to.</summary>
    public WaitStatus? ExitStatus
    {
        get
        {
            lock (_reaping) return _status;
        }
    }

    /// <summary>
    /// Starts a program. ENOENT and EACCES when it cannot be found or executed, ENOENT also for a missing working directory, ENOSYS before Linux 5.3.
    /// With <see cref="SpawnOptions.StartStopped"/> it returns when the child has stopped.
    /// </summary>
    public static KernelResult<ChildProcess> Start(ISystemCallGate gate, SpawnOptions options)
    {
        ArgumentNullException.ThrowIfNull(gate);
        ArgumentNullException.ThrowIfNull(options);
        var doing = $"starting {options.Path}";
        var found = FindProgram(gate, options.Path, out var path);
        if (found.IsError) return new KernelError(found.Error, doing);
        var environment = EnvironmentOf(options);
        // The check was against our directory, the exec will be in the child's.
        if (options.WorkingDirectory is not null) path = System.IO.Path.GetFullPath(path);
        List<string> argv = [options.Path, .. options.Arguments];
        if (argv.Concat(environment).Any(text => text.Contains('\0'))) return new KernelError(Errno.EINVAL, doing);
        IReadOnlyList<string> starter = options.Starter ?? ["/bin/sh", "-c", "kill -STOP $$; exec \"$0\" \"$@\""];
        var spawned = options.StartStopped
            ? PosixSpawn.Start(starter[0], [.. starter, path, .. options.Arguments], environment, options)
            : PosixSpawn.Start(path, argv, environment, options);
        if (spawned.IsError) return new KernelError(spawned.Error, doing);
        var pid = (int)spawned.Raw;
        if (!gate.OpenPid(pid).TryGet(out var descriptor, out var error))
        {
            gate.Kill(pid, Signal.Kill);
            gate.Wait(pid, WaitOptions.All);
            return error;
        }

        var child = new ChildProcess(gate, pid, descriptor, path);
        if (!options.StartStopped) return child;
        var stopped = gate.Wait(pid, WaitOptions.Stopped | WaitOptions.All);
        if (stopped.IsSuccess && stopped.Value.Status.IsStopped) return child;
        if (stopped.IsSuccess) child.NoteExit(stopped.Value.Status);
        child.Dispose();
        return new KernelError(stopped.IsSuccess ? Errno.ECHILD : stopped.Error, doing);
    }

    /// <summary>Sends a signal; ESRCH when it has been reaped. Never hits a later process of the same number.</summary>
    public SystemCallResult Send(Signal signal) => _gate.Kill(_descriptor, signal);

    /// <summary>
    /// Waits for the exit, at most <paramref name="timeout"/> (negative: forever), and reaps the child. Null when it still runs. A stop is not an exit.
    /// </summary>
    public WaitStatus? WaitForExit(TimeSpan timeout)
    {
        var deadline = timeout < TimeSpan.Zero ? long.MaxValue : Environment.TickCount64 + (long)Math.Min(timeout.TotalMilliseconds, int.MaxValue);
        while (true)
        {
            if (ExitStatus is { } known) return known;
            // Asking the pid descriptor first: a wait4 for a running child that is traced by another thread of ours would eat its stops.
            var left = deadline - Environment.TickCount64;
            var milliseconds = (int)Math.Clamp(left, 0, 100);
            var ready = _gate.Poll(_descriptor, PollEvents.Readable, milliseconds);
            if (ready.Raw > 0 && Reap() is { } status) return status;
            if (left <= 0) return null;
            // Gone, yet its exit is being told to a tracer that has still to pass it on.
            if (ready.Raw > 0) Thread.Sleep(1);
        }
    }

    /// <summary>Tells of an exit that the caller's own wait reaped; the first one told stays.</summary>
    public void NoteExit(WaitStatus status)
    {
        if (!status.IsGone) throw new ArgumentException("The child has not exited.", nameof(status));
        lock (_reaping) _status ??= status;
    }

    /// <summary>Kills the child if it still runs, and reaps it.</summary>
    public void Dispose()
    {
        if (_descriptor.IsClosed) return;
        if (ExitStatus is null)
        {
            Send(Signal.Kill);
            // Bounded: a child of ours that another thread traces exits only when that one lets it.
            WaitForExit(TimeSpan.FromSeconds(5));
        }

        _descriptor.Dispose();
    }

    private WaitStatus? Reap()
    {
        lock (_reaping)
        {
            if (_status is not null) return _status;
            var waited = _gate.Wait(Pid, WaitOptions.NoHang | WaitOptions.All);
            if (waited.TryGet(out var result) && result.Id == Pid && result.Status.IsGone) _status = result.Status;
            return _status;
        }
    }

    private static SystemCallResult FindProgram(ISystemCallGate gate, string name, out string path)
    {
        const int Execute = 1;
        path = name;
        if (name.Length == 0) return SystemCallResult.Failed(Errno.ENOENT);
        if (name.Contains('/'))
        {
            var access = gate.Access(name, Execute);
            return access.IsSuccess && IsDirectory(gate, name) ? SystemCallResult.Failed(Errno.EACCES) : access;
        }

        var result = SystemCallResult.Failed(Errno.ENOENT);
        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin").Split(':'))
        {
            path = $"{(folder.Length == 0 ? "." : folder)}/{name}";
            var access = gate.Access(path, Execute);
            if (access.IsSuccess && !IsDirectory(gate, path)) return access;
            // As execvp does: "not allowed" is more worth telling than "not there".
            if (access.Error == Errno.EACCES) result = access;
        }

        return result;
    }

    private static bool IsDirectory(ISystemCallGate gate, string path)
    {
        if (!gate.Open(path, OpenMode.Directory | OpenMode.NonBlocking).TryGet(out var file)) return false;
        file.Dispose();
        return true;
    }

    private static List<string> EnvironmentOf(SpawnOptions options)
    {
        var texts = new List<string>();
        if (options.Environment is { } given)
        {
            foreach (var (name, value) in given) texts.Add($"{name}={value}");
            return texts;
        }

        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables()) texts.Add($"{entry.Key}={entry.Value}");
        return texts;
    }
}

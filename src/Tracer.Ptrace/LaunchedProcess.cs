using Tracer.Linux;
using Tracer.Ptrace.Launching;

namespace Tracer.Ptrace;

/// <summary>
/// A command started to be traced from its first instruction: it stands stopped by SIGSTOP at its program's entry point, its shared libraries mapped and
/// none of its own code run, and nobody traces it. Any backend attaches to it as to a running process; then <see cref="Resume"/> lets it go. (Initialisers of libraries that
/// are preloaded or linked have run already when the dynamic loader reaches the entry point.) It stays in this process's group, so that a terminal treats it as one job with us.
/// </summary>
public sealed class LaunchedProcess : IDisposable
{
    private readonly ChildProcess _child;

    private LaunchedProcess(ChildProcess child) => _child = child;

    /// <summary>Its process id.</summary>
    public int ProcessId => _child.Pid;

    /// <summary>How it ended; null while it is not known to have.</summary>
    public WaitStatus? ExitStatus => _child.ExitStatus;

    /// <summary>Starts the command and returns when it stands at its entry point. Needs Linux 5.3.</summary>
    /// <exception cref="Core.Diagnostics.TracerException">
    /// ST0312: it does not exist or is not executable; ST0313: it ended before its first instruction; ST0304: it is a 32-bit program; ST0301, ST0316.
    /// </exception>
    public static async Task<LaunchedProcess> StartAsync(ISystemCallGate gate, SpawnOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(gate);
        ArgumentNullException.ThrowIfNull(options);
        cancellationToken.ThrowIfCancellationRequested();
        var done = new TaskCompletionSource<ChildProcess>(TaskCreationOptions.RunContinuationsAsynchronously);
        // Its own thread: ptrace calls must come from the thread that seized the child.
        new Thread(() => Launch(gate, options, done)) { IsBackground = true, Name = $"launching {options.Path}" }.Start();
        var child = await done.Task.ConfigureAwait(false);
        if (!cancellationToken.IsCancellationRequested) return new LaunchedProcess(child);
        child.Dispose();
        throw new OperationCanceledException(cancellationToken);
    }

    /// <summary>Lets it run; calling it again does nothing that matters (another SIGCONT).</summary>
    public void Resume() => _child.Send(Signal.Cont);

    /// <summary>Waits for its exit, at most <paramref name="timeout"/> (negative: forever); null when it still runs.</summary>
    public WaitStatus? WaitForExit(TimeSpan timeout) => _child.WaitForExit(timeout);

    /// <summary>Waits for its exit.</summary>
    public async Task<WaitStatus> WaitForExitAsync(CancellationToken cancellationToken)
    {
        var slice = TimeSpan.FromMilliseconds(200);
        return await Task.Factory.StartNew(
            () =>
            {
                while (true)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    if (_child.WaitForExit(slice) is { } status) return status;
                }
            },
            cancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).ConfigureAwait(false);
    }

    /// <summary>Kills it if it still runs.</summary>
    public void Dispose() => _child.Dispose();

    private static void Launch(ISystemCallGate gate, SpawnOptions options, TaskCompletionSource<ChildProcess> done)
    {
        ChildProcess? child = null;
        try
        {
            var started = ChildProcess.Start(gate, options with { StartStopped = true });
            if (!started.TryGet(out child, out var error)) throw Failures.CannotStart(options.Path, error.Error.Describe(), error.Error);
            new EntryStop(gate, child).Reach();
            done.SetResult(child);
        }
        catch (Exception e)
        {
            child?.Dispose();
            done.SetException(e);
        }
    }
}

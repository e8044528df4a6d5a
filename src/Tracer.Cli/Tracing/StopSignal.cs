using System.Runtime.InteropServices;

namespace Tracer.Cli.Tracing;

/// <summary>
/// Ctrl-C, SIGTERM and SIGHUP: the first asks to stop, drain and summarise; the second ends the wait for that. Disposing gives the signals back.
/// </summary>
internal sealed class StopSignal : IDisposable
{
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _second = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PosixSignalRegistration[] _registrations;

    public StopSignal() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle),
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, Handle),
    ];

    public Task First => _first.Task;

    public Task Second => _second.Task;

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        if (!_first.TrySetResult())
            _second.TrySetResult();
    }
}

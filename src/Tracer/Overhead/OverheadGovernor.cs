using System.Diagnostics;
using Tracer.Core.Backends;
using Tracer.Core.Diagnostics;
using Tracer.Core.Events;
using Tracer.Linux;

namespace Tracer.Overhead;

/// <summary>The thread that looks at what an armed plan costs and has it disarmed and armed again, as its <see cref="OverheadController"/> says.</summary>
internal sealed class OverheadGovernor : IDisposable
{
    // Armed, a burst is seen after so long; disarmed there is only time to pass.
    private const int ArmedMilliseconds = 10;
    private const int PausedMilliseconds = 25;

    private static readonly TimeSpan ExitPatience = TimeSpan.FromSeconds(1);

    private readonly ISystemCallGate _gate;
    private readonly IMeteredAttachment _attachment;
    private readonly int _processId;
    private readonly double _percent;
    private readonly OverheadController _controller;
    private readonly ManualResetEventSlim _stop = new();
    private readonly Thread _thread;
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private readonly long _started;
    private readonly long _costAtStart;
    private long _processorTime;
    private long _pausedSince;
    private long _paused;
    private ulong _cut;
    private OverheadReport? _final;

    public OverheadGovernor(ISystemCallGate gate, int processId, IMeteredAttachment attachment, double percent)
    {
        _gate = gate;
        _attachment = attachment;
        _processId = processId;
        _percent = percent;
        var start = Look();
        _controller = new OverheadController(percent, attachment.IsProcessorTime, start);
        _started = start.Time;
        _costAtStart = start.Cost;
        _thread = new Thread(Run) { IsBackground = true, Name = "sharptrace overhead" };
        _thread.Start();
    }

    /// <summary>Fails with what kept probes from being armed again; never ends otherwise.</summary>
    public Task Failed => _failed.Task;

    /// <summary>What it came to so far.</summary>
    public OverheadReport Report()
    {
        lock (_lock)
            return _final ?? Report(Look());
    }

    /// <summary>Ends the thread; nothing is armed or disarmed any more. Probes stay as they are.</summary>
    public void Stop()
    {
        _stop.Set();
        _thread.Join();
        lock (_lock)
        {
            if (_final is not null)
                return;
            var now = Look();
            _controller.Finish(now);
            _final = Report(now);
        }
    }

    public void Dispose()
    {
        Stop();
        _stop.Dispose();
    }

    private void Run()
    {
        try
        {
            while (!_stop.Wait(_controller.IsArmed ? ArmedMilliseconds : PausedMilliseconds))
            {
                var wasArmed = _controller.IsArmed;
                bool isArmed;
                lock (_lock)
                    isArmed = _controller.Observe(Look());
                if (wasArmed && !isArmed)
                    Pause();
                else if (isArmed && !wasArmed)
                    Resume();
            }
        }
        catch (TracerException e)
        {
            // Arming what has ended fails too; that it has is told by the attachment.
            if (Task.WaitAny([_attachment.Completion], ExitPatience) < 0)
                _failed.TrySetException(e);
        }
    }

    private void Pause()
    {
        // From now on hits are not seen, although it takes until Pause returns that they cost nothing.
        var begun = Stopwatch.GetTimestamp();
        var cut = _attachment.Pause();
        lock (_lock)
        {
            _pausedSince = begun;
            _cut += cut;
        }
    }

    private void Resume()
    {
        _attachment.Resume();
        lock (_lock)
        {
            _paused += Stopwatch.GetTimestamp() - _pausedSince;
            _pausedSince = 0;
        }
    }

    private OverheadReport Report(OverheadController.Look now)
    {
        var paused = _paused + (_pausedSince == 0 ? 0 : now.Time - _pausedSince);
        return new OverheadReport(_percent, Span(now.Cost - _costAtStart), Span(_controller.Running), Span(paused), Span(now.Time - _started), _cut);
    }

    // Stopwatch counts nanoseconds of CLOCK_MONOTONIC on Linux.
    private OverheadController.Look Look()
    {
        // A process that has ended runs no more.
        if (_gate.ProcessorTime(_processId).TryGet(out var time))
            _processorTime = Math.Max(time, _processorTime);
        return new OverheadController.Look(Stopwatch.GetTimestamp(), _attachment.HitNanoseconds, _processorTime);
    }

    private static TimeSpan Span(long nanoseconds) => TimeSpan.FromTicks(nanoseconds / TimeSpan.NanosecondsPerTick);
}

using Tracer.Cli.Tests.Stacks;
using Tracer.Core.Stacks.Threads;
using Tracer.Linux;
using Tracer.Stacks;

namespace Tracer.Cli.Tests.Faults;

/// <summary>The stacks of a program whose threads wait in known places.</summary>
internal sealed class StacksScenario : FaultScenario
{
    private ParkedPython _target = null!;
    private string _text = "";

    public override int ProcessId => _target.Pid;

    public override string Name => "stacks";

    public static StacksScenario Start()
    {
        var scenario = new StacksScenario();
        scenario.Restart();
        return scenario;
    }

    public override void Dispose() => _target.Dispose();

    protected override Task SessionAsync(ISystemCallGate gate)
    {
        var report = ProcessStacks.Take(_target.Pid, null, gate);
        // A reason for what is missing, or it is not missing.
        if (report.Warnings.Count > 0 || report.NotStopped is not null)
            return Task.CompletedTask;
        foreach (var (name, frames) in _target.Threads)
        {
            var found = report.Threads.FirstOrDefault(t => t.Name == name);
            if (found is null && report.Threads.Any(t => t.Name is null))
                continue;
            var count = found?.Frames.Count(f => f.Interpreted is not null) ?? 0;
            if (count < frames.Count && found?.Problems.Count is not > 0)
                throw new UntrueException($"{name} has {frames.Count} frames, and {count} are shown: {string.Join(", ", found?.Frames ?? (IReadOnlyList<ThreadFrame>)[])}");
        }

        return Task.CompletedTask;
    }

    protected override string? Harm()
    {
        var status = new ProcFs(LinuxSystemCalls.Instance).Status(_target.Pid).Value;
        if (status.TracerPid != 0)
            return $"it is traced by {status.TracerPid}";
        if (status.State is not (ProcessState.Sleeping or ProcessState.Running))
            return $"it is {status.State}";
        return TargetText.Of(_target.Pid) != _text ? "its code has changed" : null;
    }

    protected override void Restart()
    {
        _target?.Dispose();
        _target = ParkedPython.Start("3.11");
        _text = TargetText.Of(_target.Pid);
    }
}

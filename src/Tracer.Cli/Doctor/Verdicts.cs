using Tracer.Core.Backends;
using Tracer.Core.Diagnostics;
using Tracer.Core.Plans;
using Tracer.Core.Probes;
using Tracer.Core.Targets;
using Tracer.Linux;

namespace Tracer.Cli.Doctor;

/// <summary>Asks every backend about processes that are really there.</summary>
internal static class Verdicts
{
    private const int Init = 1;

    public static IReadOnlyList<BackendVerdict> Read(ISystemCallGate gate, KernelFacts facts)
    {
        // Not this process: with file capabilities it is not dumpable, and its files in /proc are root's.
        using var child = ChildProcess.Start(gate, new SpawnOptions { Path = "/bin/sh", StartStopped = true }).TryGet(out var started) ? started : null;
        var proc = new ProcFs(gate);
        var isOther = proc.Status(Init).TryGet(out var init) && init.RealUserId != facts.EffectiveUserId;
        var own = Evaluate(gate, child?.Pid ?? Environment.ProcessId);
        var others = isOther ? Evaluate(gate, Init) : null;
        return [.. own.Select(o => new BackendVerdict(o.Name, o.Support, others?.First(s => s.Name == o.Name).Support))];
    }

    private static List<(string Name, BackendSupport Support)> Evaluate(ISystemCallGate gate, int pid)
    {
        var backends = BuiltIn.Backends(gate);
        try
        {
            using var target = new TargetOpener(gate).Open(pid);
            var plan = PlanBuilder.Build(target, Array.Empty<Probe>());
            return [.. backends.Select(b => (b.Name, b.Evaluate(plan)))];
        }
        catch (TracerException e)
        {
            return [.. backends.Select(b => (b.Name, BackendSupport.No(e)))];
        }
    }
}

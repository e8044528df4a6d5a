using Tracer.Core.Backends;
using Tracer.Core.Expressions;
using Tracer.Core.Plans;
using Tracer.Elf;
using Tracer.Linux;

namespace Tracer.Uprobes.Perf;

/// <summary>Whether kernel, privileges and target allow what a plan asks for, found without arming anything.</summary>
internal sealed class PerfSupport(ISystemCallGate gate)
{
    public BackendSupport Evaluate(TracePlan plan)
    {
        if (!UprobePmu.Read(gate).TryGet(out var pmu))
            return BackendSupport.No("This kernel has no perf uprobes (Linux 4.17): /sys/bus/event_source/devices/uprobe is not there.");
        if (!pmu.HasSemaphores && (plan.Activations.Count > 0 || plan.Sites.Any(s => s.Semaphore is not null)))
            return BackendSupport.No("This kernel does not raise the semaphores of probes (Linux 4.20 does).");
        if (plan.IsMetered)
            return BackendSupport.Unmetered("A breakpoint takes 0.1 s to be taken out, for each site and CPU: a burst would be over before it is.");
        if (Refusal(pmu) is { } error)
            return Privileges(error);
        using var memory = new ProcessMemory(gate, plan.Target.ProcessId);
        if (memory.Ask() is { IsError: true } refusal)
        {
            return refusal.Error is Errno.EACCES or Errno.EPERM
                ? BackendSupport.No("The memory of the process may not be read: that needs CAP_SYS_PTRACE, or its own user where yama permits it.", permission: true) with
                {
                    Remedy = PtraceGrant.Command(KernelFacts.Read(gate), Environment.ProcessPath),
                }
                : BackendSupport.No($"The memory of the process cannot be read: {refusal.Error.Describe()}.");
        }

        return new BackendSupport(true, Notes(plan));
    }

    // A file that cannot exist: who may trace is told that it is not there, and nothing is armed.
    private KernelError? Refusal(UprobePmu pmu)
    {
        var opened = gate.PerfUprobeOpen(pmu, new PerfEventAttribute(pmu.Type), "/proc/self/sharptrace", 0, 0, atReturn: false, -1, 0);
        if (!opened.TryGet(out var descriptor, out var error))
            return error.Error == Errno.ENOENT ? null : error;
        descriptor.Dispose();
        return null;
    }

    private BackendSupport Privileges(KernelError error)
    {
        if (error.Error is not (Errno.EPERM or Errno.EACCES))
            return BackendSupport.No($"The kernel refuses perf uprobes: {error}.");
        var facts = KernelFacts.Read(gate);
        var refused = error.Error == Errno.EACCES;
        return BackendSupport.No(
            PerfRemedy.Missing(facts, refused) is { } missing
                ? $"perf uprobes need {CapabilitySet.NameOf(missing)} (or root)."
                : $"The kernel refuses perf events although this process has the capabilities ({error}): perf_event_paranoid is {facts.PerfEventParanoid}, or a user namespace, a security module, lockdown or a container forbids it.",
            permission: true) with
        {
            Remedy = PerfRemedy.ForEvents(facts, Environment.ProcessPath, refused),
        };
    }

    private static string Notes(TracePlan plan)
    {
        var notes = new List<string> { "Texts and memory are read after the hit and marked late; other processes that run the same files are slowed too." };
        if (Uses(plan, e => e is VectorExpression))
            notes.Add("Arguments in vector registers (xmm) are not available: perf samples do not have them.");
        if (Uses(plan, e => e is RegisterExpression { Register: X64Register.FsBase or X64Register.GsBase }))
            notes.Add("Thread-local operands are not available: perf samples do not have the segment bases.");
        return string.Join(' ', notes);
    }

    private static bool Uses(TracePlan plan, Func<Expression, bool> what) =>
        plan.Sites.SelectMany(s => s.Clauses).SelectMany(c => c.Expressions).Any(e => ExpressionParts.Any(e, what));
}

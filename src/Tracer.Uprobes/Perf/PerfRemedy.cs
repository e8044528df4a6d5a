using Tracer.Linux;

namespace Tracer.Uprobes.Perf;

/// <summary>What opens perf uprobes where they are closed, as a command.</summary>
internal static class PerfRemedy
{
    // perf_event_paranoid as upstream knows it ends at 2; with 3 and 4 distributions refuse also who has CAP_PERFMON and not CAP_SYS_ADMIN.
    private const int UpstreamParanoid = 2;

    /// <summary>For a process that the kernel does not let open events.</summary>
    public static string? ForEvents(KernelFacts facts, string? program)
    {
        // A uprobe's event needs the capability whatever perf_event_paranoid says (kernel/events/core.c, perf_uprobe_event_init).
        if ((!facts.Capabilities.Has(CapabilityGrant.Known(facts, Capability.Perfmon)) && !facts.Capabilities.Has(Capability.SysAdmin)) || !facts.IsInFirstUserNamespace)
            return CapabilityGrant.Command(facts, program, Capability.Perfmon, Capability.SysPtrace);
        if (facts.PerfEventParanoid > UpstreamParanoid && !facts.Capabilities.Has(Capability.SysAdmin))
            return "sudo sysctl kernel.perf_event_paranoid=2";
        return facts.SeccompMode is > 0 ? "A seccomp filter may forbid perf_event_open. In a container: docker run --security-opt seccomp=unconfined ..." : null;
    }
}

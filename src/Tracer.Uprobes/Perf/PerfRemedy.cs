using Tracer.Linux;

namespace Tracer.Uprobes.Perf;

/// <summary>What opens perf uprobes where they are closed, as a command.</summary>
internal static class PerfRemedy
{
    // perf_event_paranoid as upstream knows it ends at 2; with 3 and 4 distributions refuse also who has CAP_PERFMON and not CAP_SYS_ADMIN.
    private const int UpstreamParanoid = 2;

    // Since then a uprobe's event needs CAP_SYS_ADMIN again, where CAP_PERFMON did from 5.8 on ("perf: Revert to requiring CAP_SYS_ADMIN for uprobes"); stable kernels
    // of that summer took it over, so that an older version promises nothing.
    private static readonly KernelVersion AdministratorsOnly = new(6, 16);

    /// <summary>The capability that a uprobe's event needs and this process lacks; null when it lacks none. A refusal may follow all the same.</summary>
    /// <param name="facts">What this process has.</param>
    /// <param name="refused">Whether the kernel refused the event for want of one (EACCES, of kernel/events/core.c, perf_uprobe_event_init).</param>
    public static Capability? Missing(KernelFacts facts, bool refused)
    {
        if (facts.Capabilities.Has(Capability.SysAdmin))
            return null;
        var perfmon = CapabilityGrant.Known(facts, Capability.Perfmon);
        if (facts.Version >= AdministratorsOnly || (refused && facts.Capabilities.Has(perfmon)))
            return Capability.SysAdmin;
        return facts.Capabilities.Has(perfmon) ? null : perfmon;
    }

    /// <summary>For a process that the kernel does not let open events.</summary>
    public static string? ForEvents(KernelFacts facts, string? program, bool refused = false)
    {
        if (facts.PerfEventParanoid > UpstreamParanoid && facts.Capabilities.Has(CapabilityGrant.Known(facts, Capability.Perfmon)) && !facts.Capabilities.Has(Capability.SysAdmin))
            return "sudo sysctl kernel.perf_event_paranoid=2";
        if (Missing(facts, refused) is { } missing)
            return CapabilityGrant.Command(facts, program, missing, Capability.SysPtrace);
        if (!facts.IsInFirstUserNamespace)
            return CapabilityGrant.Command(facts, program, Capability.SysAdmin);
        return facts.SeccompMode is > 0 ? "A seccomp filter may forbid perf_event_open. In a container: docker run --security-opt seccomp=unconfined ..." : null;
    }
}

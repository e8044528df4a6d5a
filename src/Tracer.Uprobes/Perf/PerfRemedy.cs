using Tracer.Linux;

namespace Tracer.Uprobes.Perf;

/// <summary>What opens perf uprobes where they are closed, as a command.</summary>
internal static class PerfRemedy
{
    // perf_event_paranoid as upstream knows it ends at 2; with 3 and 4 distributions refuse also who has CAP_PERFMON and not CAP_SYS_ADMIN.
    private const int UpstreamParanoid = 2;

    private static readonly KernelVersion OwnCapability = new(5, 8);

    /// <summary>For a process that the kernel does not let open events.</summary>
    public static string? ForEvents(KernelFacts facts, string? program)
    {
        // A uprobe's event needs the capability whatever perf_event_paranoid says (kernel/events/core.c, perf_uprobe_event_init).
        var needed = facts.Version is { } version && version < OwnCapability ? Capability.SysAdmin : Capability.Perfmon;
        if (!facts.Capabilities.Has(needed) && !facts.Capabilities.Has(Capability.SysAdmin))
        {
            var name = CapabilitySet.NameOf(needed).ToLowerInvariant();
            var container = facts.SeccompMode is > 0 ? $" In a container: docker run --cap-add {CapabilitySet.NameOf(needed)[4..]} --cap-add SYS_PTRACE ..." : "";
            return $"Run as root, or: sudo setcap {name},cap_sys_ptrace+ep {program ?? "sharptrace"}{container}";
        }

        if (facts.PerfEventParanoid > UpstreamParanoid && !facts.Capabilities.Has(Capability.SysAdmin))
            return "sudo sysctl kernel.perf_event_paranoid=2";
        return facts.SeccompMode is > 0 ? "A seccomp filter may forbid perf_event_open. In a container: docker run --security-opt seccomp=unconfined ..." : null;
    }

    /// <summary>For a process that may not read the target's memory.</summary>
    public static string ForMemory(KernelFacts facts, string? program) => facts.Capabilities.Has(Capability.SysPtrace) && facts.PtraceScope is 3
        ? "kernel.yama.ptrace_scope is 3, which lasts until the next boot: find what sets it in /etc/sysctl.d."
        : $"Run as root, or: sudo setcap cap_perfmon,cap_sys_ptrace+ep {program ?? "sharptrace"}";
}

using Tracer.Linux;

namespace Tracer.Uprobes;

/// <summary>What opens eBPF where it is closed, as a command.</summary>
internal static class EbpfRemedy
{
    /// <summary>The capabilities that are missing; CAP_SYS_ADMIN stands for all of them.</summary>
    public static IReadOnlyList<Capability> Missing(KernelFacts facts) => facts.Capabilities.Has(Capability.SysAdmin)
        ? []
        : [.. new[] { Capability.Bpf, Capability.Perfmon }.Select(c => CapabilityGrant.Known(facts, c)).Distinct().Where(c => !facts.Capabilities.Has(c))];

    /// <summary>For a process whose programs the kernel does not load.</summary>
    public static string? Command(KernelFacts facts, string? program)
    {
        if (Missing(facts) is { Count: > 0 } missing || !facts.IsInFirstUserNamespace)
            return CapabilityGrant.Command(facts, program, Capability.Bpf, Capability.Perfmon);
        return facts.SeccompMode is > 0 ? "A seccomp filter may forbid bpf. In a container: docker run --security-opt seccomp=unconfined ..." : null;
    }
}

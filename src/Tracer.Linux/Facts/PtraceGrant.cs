namespace Tracer.Linux;

/// <summary>What lets this program look into a process that it may not, as a command for people to copy.</summary>
public static class PtraceGrant
{
    /// <summary>For a refusal of PTRACE_MODE_ATTACH (ptrace(2), "Ptrace access mode checking").</summary>
    /// <param name="facts">What this process has and where it is.</param>
    /// <param name="program">The program's path; null when it is not known.</param>
    public static string Command(KernelFacts facts, string? program)
    {
        ArgumentNullException.ThrowIfNull(facts);
        if (facts.PtraceScope is 3)
            return "kernel.yama.ptrace_scope is 3, which lasts until the next boot: find what sets it in /etc/sysctl.d.";
        if (!facts.Capabilities.Has(Capability.SysPtrace) || !facts.IsInFirstUserNamespace)
        {
            var grant = CapabilityGrant.Command(facts, program, Capability.SysPtrace);
            return facts.PtraceScope is 1 ? $"For processes of your own: sudo sysctl kernel.yama.ptrace_scope=0. For others: {grant}" : grant;
        }

        return facts.SeccompMode is > 0
            ? "A seccomp filter may forbid ptrace and process_vm_readv. In a container: docker run --cap-add SYS_PTRACE --security-opt seccomp=unconfined ..."
            : "A security module forbids it: see the kernel's log ('sudo dmesg | grep -i denied').";
    }
}

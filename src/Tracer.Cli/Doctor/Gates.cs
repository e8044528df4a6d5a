using System.Globalization;
using Tracer.Linux;

namespace Tracer.Cli.Doctor;

/// <summary>The gates of this machine and user, in the order in which they are told.</summary>
internal static class Gates
{
    // perf_event_paranoid as upstream knows it ends at 2; 3 and 4 are distributions'.
    private const int UpstreamParanoid = 2;

    private static readonly KernelVersion ManyLinks = new(6, 6);
    private static readonly KernelVersion Unlocked = new(5, 11);

    private static readonly (Capability Capability, string For)[] Capabilities =
    [
        (Capability.Bpf, "ebpf needs it, with CAP_PERFMON."),
        (Capability.Perfmon, "ebpf needs it, with CAP_BPF; perf needed it before Linux 6.16."),
        (Capability.SysPtrace, "Processes of other users, and with more capabilities than this one has, need it."),
        (Capability.SysAdmin, "perf needs it since Linux 6.16; for CAP_BPF, CAP_PERFMON and CAP_CHECKPOINT_RESTORE it stands in"),
        (Capability.CheckpointRestore, "Files that were deleted, are in folders closed to this user, or were mapped by another name need it."),
    ];

    /// <summary>Reads them.</summary>
    /// <param name="gate">The kernel.</param>
    /// <param name="facts">What was read of it.</param>
    /// <param name="program">The path of this program, for commands.</param>
    public static IReadOnlyList<Gate> Read(ISystemCallGate gate, KernelFacts facts, string? program)
    {
        var gates = new List<Gate>
        {
            new("kernel", facts.Release, facts.Version < ManyLinks ? "6.6 or later attaches many probes at once; before, each costs its own descriptor." : null),
            new("user", string.Create(CultureInfo.InvariantCulture, $"uid {facts.EffectiveUserId}")),
        };
        foreach (var (capability, what) in Capabilities)
            gates.Add(OfCapability(facts, capability, what, program));
        gates.Add(new("no_new_privs", facts.NoNewPrivileges ? "set" : "not set", facts.NoNewPrivileges ? "Neither sudo nor setcap has an effect here: start sharptrace from another session." : null));
        gates.Add(new("user namespace", facts.IsInFirstUserNamespace ? "the first" : "a nested one",
            facts.IsInFirstUserNamespace ? null : "Its capabilities do not count for ebpf and perf, nor for processes outside of it: run sharptrace as root outside, with the id that the process has there ('grep NSpid /proc/*/status')."));
        gates.Add(new("pid namespace", facts.IsInFirstPidNamespace ? "the first" : "a nested one", facts.IsInFirstPidNamespace ? null : "Ids are those of this namespace; processes outside of it are not seen."));
        gates.Add(Paranoid(facts));
        gates.Add(new("unprivileged_bpf_disabled", facts.UnprivilegedBpfDisabled is { } disabled ? $"{Number(disabled)} (no matter: programs that trace need CAP_BPF and CAP_PERFMON in any case)" : "unknown"));
        gates.Add(Yama(facts));
        gates.Add(new("lockdown", facts.Lockdown ?? "not active",
            facts.Lockdown is "confidentiality" ? "What is read of the kernel's own memory (thread-local operands in ebpf) may be refused: use --backend ptrace for that. It lasts until the next boot: remove lockdown=confidentiality from the kernel's command line." : null));
        gates.Add(new("seccomp", facts.SeccompMode switch { null => "unknown", 0 => "not filtered", _ => "filtered" },
            facts.SeccompMode is > 0 ? "The filter of a container may forbid bpf, perf_event_open and ptrace, which the backends below tell: docker run --security-opt seccomp=unconfined ..." : null));
        gates.Add(LockedMemory(facts));
        gates.Add(new("nofile", gate.DescriptorLimit().TryGet(out var files)
            ? string.Create(CultureInfo.InvariantCulture, $"{files.Soft}, can be raised to {files.Hard} (perf needs one for each site on each of {Environment.ProcessorCount} CPUs)")
            : "unknown"));
        gates.Add(new("kernel BTF", facts.HasBtf ? "present" : "absent", facts.HasBtf ? null : "Thread-local operands need /sys/kernel/btf/vmlinux in the ebpf backend; use --backend ptrace for those."));
        gates.Add(UprobePmu.Read(gate).TryGet(out var pmu)
            ? new("perf uprobes", pmu.HasSemaphores ? "present, with semaphores" : "present, without semaphores", pmu.HasSemaphores ? null : "The perf backend raises semaphores on Linux 4.20 or later.")
            : new("perf uprobes", "absent", "The perf backend needs Linux 4.17 or later, built with CONFIG_UPROBE_EVENTS, and /sys mounted."));
        return gates;
    }

    private static Gate OfCapability(KernelFacts facts, Capability capability, string what, string? program)
    {
        var name = CapabilitySet.NameOf(capability);
        if (facts.Capabilities.Has(capability))
            return new(name, facts.IsInFirstUserNamespace ? "yes" : "yes, in a user namespace of its own, where it does not count for tracing");
        if (capability == Capability.SysAdmin)
            return new(name, $"no ({what})");
        if (capability != Capability.SysPtrace && facts.Capabilities.Has(Capability.SysAdmin))
            return new(name, "no (CAP_SYS_ADMIN stands for it)");
        // setcap replaces what the file has: a command names what those above it name as well, so that one of them is enough.
        Capability[] needed = capability switch
        {
            Capability.Bpf or Capability.Perfmon => [Capability.Bpf, Capability.Perfmon],
            Capability.SysPtrace => [Capability.Bpf, Capability.Perfmon, Capability.SysPtrace],
            _ => [Capability.Bpf, Capability.Perfmon, Capability.SysPtrace, capability],
        };
        return new(name, "no", $"{what} {CapabilityGrant.Command(facts, program, needed)}");
    }

    private static Gate Paranoid(KernelFacts facts) => facts.PerfEventParanoid switch
    {
        null => new("perf_event_paranoid", "unknown"),
        > UpstreamParanoid and var value when !facts.Capabilities.Has(Capability.SysAdmin) => new("perf_event_paranoid", Number(value), "sudo sysctl kernel.perf_event_paranoid=2"),
        { } value => new("perf_event_paranoid", $"{Number(value)} (no matter: uprobes need a capability in any case)"),
    };

    private static Gate Yama(KernelFacts facts) => new("yama ptrace_scope", facts.PtraceScope is { } scope ? Number(scope) : "not active", facts.PtraceScope switch
    {
        null or <= 0 => null,
        3 => PtraceGrant.Command(facts, null),
        _ when facts.Capabilities.Has(Capability.SysPtrace) => null,
        1 => "Without CAP_SYS_PTRACE only commands started by 'sharptrace run' can be traced by ptrace: sudo sysctl kernel.yama.ptrace_scope=0",
        _ => "Without CAP_SYS_PTRACE nothing can be traced by ptrace: sudo sysctl kernel.yama.ptrace_scope=0",
    });

    private static Gate LockedMemory(KernelFacts facts)
    {
        var value = facts.LockedMemoryLimit is { } limit ? string.Create(CultureInfo.InvariantCulture, $"{limit >> 10} KiB") : "unlimited";
        return facts.Version < Unlocked && facts.LockedMemoryLimit is not null && !facts.Capabilities.Has(Capability.IpcLock)
            ? new("memlock", value, "Before Linux 5.11 the memory of ebpf counts against it: sudo prlimit --memlock=unlimited --pid $$")
            : new("memlock", facts.LockedMemoryLimit is null ? value : $"{value} (rings of perf get smaller by it; ebpf's memory does not count)");
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}

using System.CommandLine;
using System.Globalization;
using Tracer.Core.Plans;
using Tracer.Core.Probes;
using Tracer.Core.Targets;
using Tracer.Linux;

namespace Tracer.Cli.Commands;

/// <summary><c>sharptrace doctor</c>: what this kernel and this user allow, and how to get more. Needs no privilege.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var command = new Command("doctor", "Says what this kernel and this user allow, and how to get more.");
        command.SetAction(_ => (int)Run(Console.Out));
        return command;
    }

    private static ExitCode Run(TextWriter output)
    {
        var gate = LinuxSystemCalls.Instance;
        var facts = KernelFacts.Read(gate);
        var builder = new List<(string Gate, string Value, string? Remedy)>
        {
            ("kernel", facts.Release, facts.Version < new KernelVersion(6, 6) ? "6.6 or later attaches many probes at once; before, each costs its own descriptor." : null),
            ("user", string.Create(CultureInfo.InvariantCulture, $"uid {facts.EffectiveUserId}"), null),
            ("kernel BTF", facts.HasBtf ? "present" : "absent", facts.HasBtf ? null : "Thread-local operands need /sys/kernel/btf/vmlinux in the ebpf backend; use --backend ptrace for those."),
            ("perf_event_paranoid", Number(facts.PerfEventParanoid), null),
            ("perf uprobes", UprobePmu.Read(gate).TryGet(out var pmu) ? (pmu.HasSemaphores ? "present, with semaphores" : "present, without semaphores") : "absent",
                pmu is null ? "The perf backend needs Linux 4.17 or later, built with CONFIG_UPROBE_EVENTS." : null),
            ("open files", Limit(gate), null),
            ("unprivileged_bpf_disabled", Number(facts.UnprivilegedBpfDisabled), null),
            ("yama ptrace_scope", facts.PtraceScope is null ? "not active" : Number(facts.PtraceScope), facts.PtraceScope > 0 ? "Other users' and non-child processes need CAP_SYS_PTRACE (or ptrace_scope 0)." : null),
            ("lockdown", facts.Lockdown ?? "not active", facts.Lockdown is "confidentiality" ? "BPF cannot read user memory under lockdown=confidentiality; use --backend ptrace." : null),
            ("seccomp", facts.SeccompMode is > 0 ? "filtered" : "not filtered", facts.SeccompMode is > 0 ? "A container's profile may block bpf, perf_event_open and ptrace; allow them there." : null),
            ("pid namespace", facts.IsInFirstPidNamespace ? "the first" : "a nested one", facts.IsInFirstPidNamespace ? null : "Pass pids as this namespace sees them; events show the host's."),
        };
        foreach (var capability in new[] { Capability.Bpf, Capability.Perfmon, Capability.SysPtrace, Capability.SysAdmin, Capability.CheckpointRestore })
        {
            var has = facts.Capabilities.Has(capability);
            builder.Add((CapabilitySet.NameOf(capability), has ? "yes" : "no", has || facts.Capabilities.Has(Capability.SysAdmin) ? null : RemedyFor(capability)));
        }

        foreach (var (name, value, remedy) in builder)
        {
            output.WriteLine($"{name,-26} {value}");
            if (remedy is not null)
                output.WriteLine($"{"",-26}   -> {remedy}");
        }

        output.WriteLine();
        using var self = new TargetOpener(gate).Open(Environment.ProcessId);
        var plan = PlanBuilder.Build(self, Array.Empty<Probe>());
        foreach (var backend in BuiltIn.Backends(gate))
        {
            var support = backend.Evaluate(plan);
            output.WriteLine($"backend {backend.Name,-18} {(support.IsSupported ? "works" : "does not work")}{(support.Reason is null ? "" : ": " + support.Reason)}");
            if (support.Remedy is not null)
                output.WriteLine($"{"",-26}   -> {support.Remedy}");
        }

        return ExitCode.Ok;
    }

    // The perf backend needs one for each site on each CPU, and raises the limit itself as far as it may.
    private static string Limit(ISystemCallGate gate) => gate.DescriptorLimit().TryGet(out var limit)
        ? string.Create(CultureInfo.InvariantCulture, $"{limit.Soft}, can be raised to {limit.Hard} (perf needs one for each site on each of {Environment.ProcessorCount} CPUs)")
        : "unknown";

    private static string Number(int? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "unknown";

    private static string RemedyFor(Capability capability) => capability switch
    {
        Capability.Bpf => "The ebpf backend needs it: run as root, or 'setcap cap_bpf,cap_perfmon,cap_sys_ptrace+ep' the binary.",
        Capability.Perfmon => "The ebpf backend needs it beside CAP_BPF.",
        Capability.SysPtrace => "Processes of other users need it, in every backend.",
        Capability.CheckpointRestore => "Deleted files and other mount namespaces are opened through /proc/PID/map_files, which needs it (or CAP_SYS_ADMIN).",
        _ => "Not needed when the ones above are there.",
    };
}

using System.Globalization;
using System.Text;

namespace Tracer.Linux;

/// <summary>What this kernel and its administrator allow this process: what `sharptrace doctor` prints. A null could not be read, or does not exist here.</summary>
public sealed record KernelFacts
{
    /// <summary>The kernel's release, "6.1.0-18-amd64"; empty when unknown.</summary>
    public string Release { get; init; } = "";

    /// <summary>The version in <see cref="Release"/>.</summary>
    public KernelVersion? Version { get; init; }

    /// <summary>The effective user id.</summary>
    public uint EffectiveUserId { get; init; }

    /// <summary>The effective capabilities.</summary>
    public CapabilitySet Capabilities { get; init; }

    /// <summary>The capabilities that programs executed from here can at most have.</summary>
    public CapabilitySet BoundingCapabilities { get; init; } = new(ulong.MaxValue);

    /// <summary>False in a user namespace of its own, where capabilities count for what that namespace owns and not for BPF and perf events.</summary>
    public bool IsInFirstUserNamespace { get; init; } = true;

    /// <summary>How many bytes this process may lock (RLIMIT_MEMLOCK); BPF memory counted against it before Linux 5.11. Null when unlimited or unknown.</summary>
    public ulong? LockedMemoryLimit { get; init; }

    /// <summary>kernel.perf_event_paranoid: -1 all allowed ... 2 own user code only; 3 and 4 are distributions' (nothing at all).</summary>
    public int? PerfEventParanoid { get; init; }

    /// <summary>kernel.unprivileged_bpf_disabled: 0 allowed, 1 not until the next boot, 2 not now.</summary>
    public int? UnprivilegedBpfDisabled { get; init; }

    /// <summary>kernel.yama.ptrace_scope: 0 own processes, 1 own children, 2 CAP_SYS_PTRACE only, 3 nobody; null without Yama.</summary>
    public int? PtraceScope { get; init; }

    /// <summary>The lockdown in force: "none", "integrity" or "confidentiality"; null without the lockdown module.</summary>
    public string? Lockdown { get; init; }

    /// <summary>This process's seccomp mode: 0 none, 1 strict, 2 filtered, as in most containers.</summary>
    public int? SeccompMode { get; init; }

    /// <summary>True when this process can gain no privileges by exec.</summary>
    public bool NoNewPrivileges { get; init; }

    /// <summary>True when the kernel publishes its types (BTF), which BPF programs with kfuncs need.</summary>
    public bool HasBtf { get; init; }

    /// <summary>True when this process is in the first pid namespace, as far as it can tell: containers are not.</summary>
    public bool IsInFirstPidNamespace { get; init; }

    /// <summary>Reads them; what cannot be read stays null.</summary>
    public static KernelFacts Read(ISystemCallGate gate, string proc = "/proc", string sys = "/sys")
    {
        ArgumentNullException.ThrowIfNull(gate);
        var release = Text(gate, $"{proc}/sys/kernel/osrelease") ?? "";
        var self = gate.ReadFile($"{proc}/self/status").TryGet(out var text) ? ProcessStatus.Parse(text) : new ProcessStatus();
        return new KernelFacts
        {
            Release = release,
            Version = KernelVersion.TryParse(release, out var version) ? version : null,
            EffectiveUserId = self.EffectiveUserId,
            Capabilities = self.EffectiveCapabilities,
            BoundingCapabilities = self.BoundingCapabilities,
            // PROC_USER_INIT_INO, include/linux/proc_ns.h. A kernel without user namespaces has no such link.
            IsInFirstUserNamespace = !gate.ReadLink($"{proc}/self/ns/user").TryGet(out var user) || user == "user:[4026531837]",
            LockedMemoryLimit = gate.LockedMemoryLimit().TryGet(out var locked) && locked.Soft != ulong.MaxValue ? locked.Soft : null,
            SeccompMode = self.SeccompMode,
            NoNewPrivileges = self.NoNewPrivileges,
            PerfEventParanoid = Number(gate, $"{proc}/sys/kernel/perf_event_paranoid"),
            UnprivilegedBpfDisabled = Number(gate, $"{proc}/sys/kernel/unprivileged_bpf_disabled"),
            PtraceScope = Number(gate, $"{proc}/sys/kernel/yama/ptrace_scope"),
            Lockdown = Chosen(Text(gate, $"{sys}/kernel/security/lockdown")),
            HasBtf = gate.Access($"{sys}/kernel/btf/vmlinux", 4).IsSuccess,
            // PROC_PID_INIT_INO, include/linux/proc_ns.h.
            IsInFirstPidNamespace = gate.ReadLink($"{proc}/self/ns/pid").TryGet(out var link) && link == "pid:[4026531836]",
        };
    }

    /// <summary>Whether this process has the capability, and if not, a sentence saying so.</summary>
    public FeatureAnswer Requires(Capability capability) =>
        Capabilities.Has(capability) ? FeatureAnswer.Yes : FeatureAnswer.No($"{CapabilitySet.NameOf(capability)} is missing");

    private static string? Text(ISystemCallGate gate, string path) =>
        gate.ReadFile(path, 64 << 10).TryGet(out var bytes) ? Encoding.UTF8.GetString(bytes).Trim() : null;

    private static int? Number(ISystemCallGate gate, string path) =>
        int.TryParse(Text(gate, path), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    // "none [integrity] confidentiality"
    private static string? Chosen(string? text)
    {
        var open = text?.IndexOf('[', StringComparison.Ordinal) ?? -1;
        var close = text?.IndexOf(']', StringComparison.Ordinal) ?? -1;
        return open >= 0 && close > open ? text![(open + 1)..close] : null;
    }
}

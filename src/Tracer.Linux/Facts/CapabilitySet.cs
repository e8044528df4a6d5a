using System.Globalization;

namespace Tracer.Linux;

/// <summary>A set of capabilities, as the CapEff line of /proc/PID/status gives it.</summary>
/// <param name="Bits">Bit n stands for capability n.</param>
public readonly record struct CapabilitySet(ulong Bits)
{
    private static readonly string[] Names =
    [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID",
        "CAP_KILL", "CAP_SETGID", "CAP_SETUID", "CAP_SETPCAP", "CAP_LINUX_IMMUTABLE",
        "CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST", "CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_IPC_LOCK",
        "CAP_IPC_OWNER", "CAP_SYS_MODULE", "CAP_SYS_RAWIO", "CAP_SYS_CHROOT", "CAP_SYS_PTRACE",
        "CAP_SYS_PACCT", "CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_NICE", "CAP_SYS_RESOURCE",
        "CAP_SYS_TIME", "CAP_SYS_TTY_CONFIG", "CAP_MKNOD", "CAP_LEASE", "CAP_AUDIT_WRITE",
        "CAP_AUDIT_CONTROL", "CAP_SETFCAP", "CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN", "CAP_SYSLOG",
        "CAP_WAKE_ALARM", "CAP_BLOCK_SUSPEND", "CAP_AUDIT_READ", "CAP_PERFMON", "CAP_BPF",
        "CAP_CHECKPOINT_RESTORE",
    ];

    /// <summary>Whether the capability is in the set.</summary>
    public bool Has(Capability capability) => (Bits & (1UL << (int)capability)) != 0;

    /// <summary>The kernel's name of a capability: "CAP_SYS_PTRACE".</summary>
    public static string NameOf(Capability capability) => (uint)capability < (uint)Names.Length
        ? Names[(int)capability]
        : string.Create(CultureInfo.InvariantCulture, $"capability {(int)capability}");

    /// <inheritdoc/>
    public override string ToString()
    {
        var bits = Bits;
        return string.Join(", ", Enumerable.Range(0, 64).Where(n => (bits & (1UL << n)) != 0).Select(n => NameOf((Capability)n)));
    }
}

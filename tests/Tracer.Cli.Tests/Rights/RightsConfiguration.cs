namespace Tracer.Cli.Tests.Rights;

/// <summary>With which rights the command runs.</summary>
/// <param name="Name">As the table of docs/rights.md has it.</param>
/// <param name="IsRoot">Whether it runs as root; else as uid 65534.</param>
/// <param name="Capabilities">As root, those that are missing; as the user, those that he has; as setpriv spells them, with commas.</param>
/// <param name="IsFiltered">Whether a seccomp filter forbids bpf, perf_event_open and ptrace.</param>
/// <param name="IsNested">Whether it runs in the user namespace of its own target.</param>
internal sealed record RightsConfiguration(string Name, bool IsRoot, string Capabilities = "", bool IsFiltered = false, bool IsNested = false)
{
    // arch/x86/entry/syscalls/syscall_64.tbl: bpf, perf_event_open, ptrace.
    private const string Forbidden = "321,298,101";

    public static IReadOnlyList<RightsConfiguration> All { get; } =
    [
        new("root", true),
        new("root without CAP_BPF and CAP_SYS_ADMIN", true, "bpf,sys_admin"),
        new("root without CAP_PERFMON and CAP_SYS_ADMIN", true, "perfmon,sys_admin"),
        new("root without CAP_SYS_PTRACE", true, "sys_ptrace"),
        new("root without CAP_SYS_ADMIN", true, "sys_admin"),
        new("root without CAP_CHECKPOINT_RESTORE and CAP_SYS_ADMIN", true, "checkpoint_restore,sys_admin"),
        new("root without any", true, "all"),
        new("root of a user namespace", true, IsNested: true),
        new("root in a container whose seccomp filter forbids bpf, perf_event_open and ptrace", true, IsFiltered: true),
        new("user", false),
        new("user with CAP_BPF", false, "bpf"),
        new("user with CAP_PERFMON", false, "perfmon"),
        new("user with CAP_BPF and CAP_PERFMON", false, "bpf,perfmon"),
        new("user with CAP_SYS_PTRACE", false, "sys_ptrace"),
        new("user with CAP_BPF, CAP_PERFMON and CAP_SYS_PTRACE", false, "bpf,perfmon,sys_ptrace"),
        new("user with CAP_SYS_ADMIN", false, "sys_admin"),
        new("user with CAP_CHECKPOINT_RESTORE", false, "checkpoint_restore"),
    ];

    /// <summary>What stands before a target of the same user and with the same capabilities.</summary>
    public string[] TargetPrefix => IsNested ? ["unshare", "--user", "--map-root-user"] : SetPrivileges;

    /// <summary>What stands before the command that is tested.</summary>
    public string[] CommandPrefix(int ownTarget) =>
    [
        .. IsFiltered ? new[] { Repository.Fixture("rights/filtered"), Forbidden } : [],
        .. IsNested ? ["nsenter", "--target", $"{ownTarget}", "--user"] : SetPrivileges,
    ];

    // What stands before a target of another user: root's, who has all capabilities, or for root an ordinary user's.
    public string[] OtherPrefix => IsRoot ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : [];

    private string[] SetPrivileges => this switch
    {
        { IsRoot: true, Capabilities: "" } => [],
        { IsRoot: true } => ["setpriv", $"--bounding-set={Signed('-')}", $"--inh-caps={Signed('-')}"],
        { Capabilities: "" } => ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all"],
        _ => ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", $"--inh-caps=-all,{Signed('+')}", $"--ambient-caps=-all,{Signed('+')}"],
    };

    private string Signed(char sign) => string.Join(',', Capabilities.Split(',').Select(c => sign + c));
}

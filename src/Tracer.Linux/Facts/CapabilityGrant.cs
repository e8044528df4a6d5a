namespace Tracer.Linux;

/// <summary>How this program gets capabilities that it lacks, as a command for people to copy.</summary>
public static class CapabilityGrant
{
    // Those that any backend has a use for, in the order in which commands name them.
    private static readonly Capability[] Used = [Capability.SysAdmin, Capability.Bpf, Capability.Perfmon, Capability.SysPtrace, Capability.CheckpointRestore];

    // include/uapi/linux/capability.h: CAP_PERFMON and CAP_BPF came with 5.8, CAP_CHECKPOINT_RESTORE with 5.9.
    private static readonly KernelVersion WithBpf = new(5, 8);
    private static readonly KernelVersion WithCheckpointRestore = new(5, 9);

    /// <summary>The capability that has to be asked for where <paramref name="wanted"/> is not known to the kernel yet.</summary>
    public static Capability Known(KernelFacts facts, Capability wanted)
    {
        ArgumentNullException.ThrowIfNull(facts);
        KernelVersion? since = wanted switch { Capability.Bpf or Capability.Perfmon => WithBpf, Capability.CheckpointRestore => WithCheckpointRestore, _ => null };
        return since is { } first && facts.Version is { } version && version < first ? Capability.SysAdmin : wanted;
    }

    /// <summary>One or two sentences with the command that gives the program at <paramref name="program"/> the capabilities.</summary>
    /// <param name="facts">What this process has and where it is.</param>
    /// <param name="program">The program's path; null when it is not known.</param>
    /// <param name="needed">What it needs.</param>
    public static string Command(KernelFacts facts, string? program, params ReadOnlySpan<Capability> needed)
    {
        ArgumentNullException.ThrowIfNull(facts);
        var asked = new HashSet<Capability>();
        foreach (var capability in needed)
            asked.Add(Known(facts, capability));
        var names = string.Join(" and ", asked.Select(CapabilitySet.NameOf));
        if (!facts.IsInFirstUserNamespace)
            return "Capabilities of this user namespace do not count for that: run sharptrace as root outside of it, with the id that the process has there ('grep NSpid /proc/*/status').";
        var container = $"In a container: docker run {string.Join(' ', asked.Select(c => $"--cap-add {CapabilitySet.NameOf(c)[4..]}"))} ...";
        if (asked.Any(c => !facts.BoundingCapabilities.Has(c)))
            return $"Nothing started from here can have {names}, which the bounding set lacks: start it from another session, as root. {container}";
        if (facts.NoNewPrivileges)
            return "Nothing started from here can gain privileges (no_new_privs): start it from another session, as root.";
        // setcap replaces what the file has.
        var all = Used.Where(c => asked.Contains(c) || (facts.EffectiveUserId != 0 && c != Capability.SysAdmin && facts.Capabilities.Has(c)));
        var command = $"Run it with sudo, or: sudo setcap {string.Join(',', all.Select(c => CapabilitySet.NameOf(c).ToLowerInvariant()))}+ep {Quote(program)}";
        return facts.SeccompMode is > 0 ? $"{command}. {container}" : command;
    }

    private static string Quote(string? program)
    {
        // Started by the dotnet host: its capabilities would be every .NET program's.
        if (program is null || Path.GetFileName(program) is "dotnet")
            return "$(command -v sharptrace)";
        return program.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '_' or '-' or '+') ? program : $"'{program.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }
}

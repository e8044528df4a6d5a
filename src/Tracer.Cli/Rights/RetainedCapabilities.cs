using Tracer.Linux;

namespace Tracer.Cli.Rights;

/// <summary>The capabilities that a session keeps when its probes are armed.</summary>
internal static class RetainedCapabilities
{
    // Before 5.19 bpf(2) refused whatever it was asked for without CAP_BPF where kernel.unprivileged_bpf_disabled is set.
    private static readonly KernelVersion MapsByDescriptor = new(5, 19);

    /// <summary>Which of those that this process has are needed still.</summary>
    public static CapabilitySet Of(ISystemCallGate gate, KernelFacts facts, int targetId, SessionNeeds needs)
    {
        var proc = new ProcFs(gate);
        var known = proc.Status(targetId).TryGet(out var target);
        var wanted = new List<Capability>();
        if (needs.ReadsMemory && !(known && IsOpen(gate, proc, facts, targetId, target)))
            wanted.Add(Capability.SysPtrace);
        if (needs.Kills && known && target!.RealUserId != facts.EffectiveUserId)
            wanted.Add(Capability.Kill);
        if (needs.OpensFiles)
            wanted.AddRange([Capability.CheckpointRestore, Capability.DacReadSearch]);
        if (needs.Rearms)
            wanted.AddRange([Capability.Bpf, Capability.Perfmon]);
        if (needs.ReadsMaps && facts.Version is { } version && version < MapsByDescriptor)
            wanted.Add(Capability.Bpf);
        var kept = 0UL;
        foreach (var capability in wanted)
        {
            if (facts.Capabilities.Has(capability))
                kept |= 1UL << (int)capability;
            else if (capability is Capability.Bpf or Capability.Perfmon or Capability.CheckpointRestore && facts.Capabilities.Has(Capability.SysAdmin))
                kept |= 1UL << (int)Capability.SysAdmin;
        }

        return new CapabilitySet(kept);
    }

    // ptrace(2), "Ptrace access mode checking": the same user, dumpable, with no capability that we shall not have. Files of a process that is not dumpable are root's.
    private static bool IsOpen(ISystemCallGate gate, ProcFs proc, KernelFacts facts, int targetId, ProcessStatus? target) =>
        facts.PtraceScope is null or 0
        && target!.RealUserId == facts.EffectiveUserId && target.EffectiveUserId == facts.EffectiveUserId && target.PermittedCapabilities.Bits == 0
        && gate.Open(proc.PathOf(targetId, "stat")).TryGet(out var file) && IsOwned(gate, file, facts.EffectiveUserId);

    private static bool IsOwned(ISystemCallGate gate, OwnedDescriptor file, uint user)
    {
        using (file)
            return user != 0 && gate.Status(file).TryGet(out var status) && status.UserId == user;
    }
}

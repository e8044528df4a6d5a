namespace Tracer.Cli.Rights;

/// <summary>What a session still does when its probes are armed, as far as it takes rights.</summary>
/// <param name="ReadsMemory">The target's memory is read: values that are copied late, stacks, breakpoints of ptrace that are taken out.</param>
/// <param name="OpensFiles">Files of the target are opened: those that name the frames of stacks.</param>
/// <param name="Rearms">Probes are disarmed and armed again, as a bound on the overhead has it.</param>
/// <param name="ReadsMaps">Maps of BPF programs are read.</param>
/// <param name="Kills">The target is killed when the session is given up.</param>
internal readonly record struct SessionNeeds(bool ReadsMemory, bool OpensFiles, bool Rearms, bool ReadsMaps, bool Kills);

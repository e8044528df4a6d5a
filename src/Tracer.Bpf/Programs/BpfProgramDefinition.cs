namespace Tracer.Bpf;

/// <summary>What is to be loaded.</summary>
/// <param name="Type">Kind of program.</param>
/// <param name="Instructions">The program, from <see cref="BpfAssembler.Assemble"/>; at most a million slots.</param>
public sealed record BpfProgramDefinition(BpfProgramType Type, ReadOnlyMemory<BpfInstruction> Instructions)
{
    /// <summary>How it will be attached, where the kernel wants to know at load time.</summary>
    public BpfAttachType ExpectedAttachType { get; init; }

    /// <summary>Load flags.</summary>
    public BpfProgramFlags Flags { get; init; }

    /// <summary>The licence told to the kernel. The helpers that read memory ask for one that is compatible with the GPL.</summary>
    public string License { get; init; } = "Dual MIT/GPL";

    /// <summary>Name shown by bpftool, cut to 15 characters.</summary>
    public string Name { get; init; } = "";

    /// <summary>
    /// A sleepable program for <see cref="UprobeMultiLink"/> (kernel 6.6). It can be attached by <see cref="Bpf.PerfUprobe"/> too, but
    /// without a cookie.
    /// </summary>
    public static BpfProgramDefinition Uprobe(ReadOnlyMemory<BpfInstruction> instructions) =>
        PerfUprobe(instructions) with { ExpectedAttachType = BpfAttachType.UprobeMulti };

    /// <summary>A program for <see cref="Bpf.PerfUprobe"/> with any cookie; sleepable (kernel 6.0) or not.</summary>
    public static BpfProgramDefinition PerfUprobe(ReadOnlyMemory<BpfInstruction> instructions, bool isSleepable = true) =>
        new(BpfProgramType.Kprobe, instructions) { Flags = isSleepable ? BpfProgramFlags.Sleepable : BpfProgramFlags.None };
}

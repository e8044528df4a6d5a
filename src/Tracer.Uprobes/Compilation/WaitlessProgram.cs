using Tracer.Bpf;

namespace Tracer.Uprobes.Compilation;

/// <summary>
/// Programs that run where nothing may wait for memory, as in the trap of a watchpoint: what waits for a page elsewhere finds that it is not there. Their context
/// (struct bpf_perf_event_data) begins with the same registers.
/// </summary>
internal static class WaitlessProgram
{
    /// <summary>A program for perf events from one that may wait.</summary>
    public static BpfProgramDefinition Definition(BpfInstruction[] code, string name) =>
        new(BpfProgramType.PerfEvent, Array.ConvertAll(code, WithoutWaiting)) { Name = name };

    // Both helpers take destination, size and address, and give zero for success.
    private static BpfInstruction WithoutWaiting(BpfInstruction i) =>
        i.IsCallOf(BpfHelper.CopyFromUser) ? i with { Immediate = (int)BpfHelper.ProbeReadUser } : i;
}

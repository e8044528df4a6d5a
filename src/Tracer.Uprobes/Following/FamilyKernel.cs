using Tracer.Uprobes.Compilation;

namespace Tracer.Uprobes.Following;

/// <summary>Where the kernel's structures have what the programs of a family read; from its BTF.</summary>
/// <param name="ProcessId">Offset of <c>task_struct.pid</c>.</param>
/// <param name="ThreadGroup">Offset of <c>task_struct.tgid</c>.</param>
/// <param name="Signal">Offset of <c>task_struct.signal</c>.</param>
/// <param name="Live">Offset of <c>signal_struct.live</c>, how many threads have not begun to exit.</param>
internal sealed record FamilyKernel(int ProcessId, int ThreadGroup, int Signal, int Live)
{
    /// <summary>Looks them up; null when the kernel's types are not there.</summary>
    public static FamilyKernel? Find(KernelInterface kernel) =>
        kernel.TaskMember("pid") is { } pid && kernel.TaskMember("tgid") is { } group && kernel.TaskMember("signal") is { } signal && kernel.MemberOf("signal_struct", "live") is { } live
            ? new FamilyKernel(pid, group, signal, live)
            : null;
}

using Tracer.Core.Diagnostics;
using Tracer.Linux;

namespace Tracer.Ptrace;

/// <summary>What can be known of a target without touching it.</summary>
internal static class TargetCheck
{
    /// <summary>Throws when the process cannot be traced: it is not there, not ours to trace, traced already, or not 64-bit.</summary>
    public static void Require(ISystemCallGate gate, int processId)
    {
        var proc = new ProcFs(gate);
        if (!proc.Status(processId).TryGet(out var status) || status.State == ProcessState.Dead) throw Failures.NoSuchProcess(processId);
        if (status.TracerPid != 0) throw TracedAlready(proc, processId, status.TracerPid);
        // A process whose first thread has ended lives on in the others: any of them will do.
        var tid = status.State == ProcessState.Zombie ? LivingThread(proc, processId) : processId;
        // Of a process that is not traced the call knows nothing (ESRCH), unless it may not be made at all.
        if (gate.PtracePeekUser(tid, 0, out _).Error is Errno.EPERM or Errno.EACCES or Errno.ENOSYS) throw Failures.CallForbidden(processId, KernelFacts.Read(gate));
        using var memory = new ProcessMemory(gate, tid);
        if (memory.Ask() is { IsError: true } refusal)
            throw refusal.Error is Errno.EACCES or Errno.EPERM ? Failures.NotPermitted(processId, gate) : Failures.NoSuchProcess(processId);
        if (!Is64Bit(gate, proc.PathOf(tid, "exe"))) throw Failures.Not64Bit(processId);
    }

    /// <summary>The failure that names the process of a tracer, which the kernel tells by its thread.</summary>
    public static TracerException TracedAlready(ProcFs proc, int processId, int tracer) =>
        Failures.TracedAlready(processId, proc.Status(tracer).TryGet(out var status) ? status.Tgid : tracer);

    /// <summary>Whether the file is not a 32-bit ELF file; true when it cannot be read.</summary>
    public static bool Is64Bit(ISystemCallGate gate, string path)
    {
        const int ClassOffset = 4; // EI_CLASS, 1 is ELFCLASS32
        Span<byte> start = stackalloc byte[8];
        if (!gate.Open(path).TryGet(out var file)) return true;
        using (file) return gate.ReadAt(file, start, 0).Count != start.Length || start[ClassOffset] != 1;
    }

    private static int LivingThread(ProcFs proc, int processId)
    {
        if (proc.Tasks(processId).TryGet(out var tids))
        {
            foreach (var tid in tids)
            {
                if (proc.ThreadStatus(processId, tid).TryGet(out var status) && status.State is not (ProcessState.Zombie or ProcessState.Dead)) return tid;
            }
        }

        throw Failures.NoSuchProcess(processId);
    }
}

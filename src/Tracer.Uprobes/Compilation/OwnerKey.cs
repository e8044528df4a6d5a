using Tracer.Bpf;
using static Tracer.Bpf.BpfRegister;

namespace Tracer.Uprobes.Compilation;

/// <summary>The key of an object that owns texts: its address, and how many programs its process has executed before this one, with the process where there are several.</summary>
internal static class OwnerKey
{
    /// <summary>Bytes of a key.</summary>
    public const int Size = 2 * sizeof(ulong);

    // include/linux/sched.h; every execve raises it (fs/exec.c, begin_new_exec).
    private const string Executions = "self_exec_id";

    /// <summary>Whether the kernel tells what keys are made of.</summary>
    public static bool IsKnown(KernelInterface kernel) => kernel.TaskMember(Executions) is not null;

    /// <summary>Writes the key of the object whose address is in R0; R0 to R5 are lost.</summary>
    /// <param name="code">The program.</param>
    /// <param name="key">Where on the stack.</param>
    /// <param name="kernel">The kernel's types, of which <see cref="IsKnown"/> is true.</param>
    /// <param name="isShared">Whether objects of several processes are told apart, in the upper half of the second part.</param>
    public static void Write(BpfAssembler code, short key, KernelInterface kernel, bool isShared)
    {
        code.Store(BpfSize.Double, R10, key, R0).Call(BpfHelper.GetTaskTyped).Load(BpfSize.Double, R0, R0, kernel.TaskMember(Executions)!.Value).Store(BpfSize.Double, R10, (short)(key + sizeof(ulong)), R0);
        if (!isShared)
            return;
        code.Call(BpfHelper.GetProcessAndThread).Alu(BpfOperation.ShiftRight, R0, 32).Alu(BpfOperation.ShiftLeft, R0, 32)
            .Load(BpfSize.Double, R1, R10, (short)(key + sizeof(ulong))).Alu(BpfOperation.Or, R0, R1).Store(BpfSize.Double, R10, (short)(key + sizeof(ulong)), R0);
    }
}

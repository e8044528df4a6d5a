using Tracer.Bpf;
using static Tracer.Bpf.BpfRegister;

namespace Tracer.Uprobes.Compilation;

/// <summary>The key of an object that owns texts: its address, and how many programs its process has executed before this one.</summary>
internal static class OwnerKey
{
    /// <summary>Bytes of a key.</summary>
    public const int Size = 2 * sizeof(ulong);

    /// <summary>Writes the key of the object whose address is in R0; R0 to R5 are lost.</summary>
    /// <param name="code">The program.</param>
    /// <param name="key">Where on the stack.</param>
    /// <param name="executions">Offset of self_exec_id in task_struct (include/linux/sched.h), which every execve raises (fs/exec.c, begin_new_exec).</param>
    public static void Write(BpfAssembler code, short key, short executions) =>
        code.Store(BpfSize.Double, R10, key, R0).Call(BpfHelper.GetTaskTyped).Load(BpfSize.Double, R0, R0, executions).Store(BpfSize.Double, R10, (short)(key + sizeof(ulong)), R0);
}

using Tracer.Bpf;
using static Tracer.Bpf.BpfRegister;

namespace Tracer.Uprobes.Compilation;

/// <summary>Copies NUL-terminated text from the target.</summary>
internal static class UserTextCompiler
{
    /// <summary>
    /// Copies at most <paramref name="size"/> bytes of text at <paramref name="address"/> (R8 or R9), the NUL included, to R1; R0 = bytes, 1 to size. With <paramref name="flags"/> 1 the rest
    /// is cleared where the kernel function exists; without it the rest is left as it is.
    /// </summary>
    public static void CopyString(BpfAssembler code, StackFrame frame, KernelInterface kernel, BpfRegister address, int size, int flags, BpfLabel fault)
    {
        if (kernel.CopyUserString != 0)
        {
            code.Move(R2, size).Move(R3, address).Move(R4, flags).CallKernelFunction(kernel.CopyUserString);
        }
        else
        {
            // This helper does not wait for absent pages; copying a byte first brings in the page where the text begins.
            var mark = frame.Mark;
            var destination = frame.Reserve(8);
            var probe = frame.Reserve(8);
            code.Store(BpfSize.Double, R10, destination, R1)
                .Move(R1, R10).Alu(BpfOperation.Add, R1, probe).Move(R2, 1).Move(R3, address).Call(BpfHelper.CopyFromUser)
                .Load(BpfSize.Double, R1, R10, destination).Move(R2, size).Move(R3, address).Call(BpfHelper.ProbeReadUserString);
            frame.ReleaseTo(mark);
        }

        // A negative result is a large unsigned one.
        code.Move32(R0, R0).JumpIf(BpfCondition.Greater, R0, size, fault).JumpIf(BpfCondition.Equal, R0, 0, fault);
    }

    /// <summary>
    /// As <see cref="CopyString"/> for texts that mostly are in memory: a read that cannot wait for a page comes first, which costs a third less, and only when it
    /// fails one that can. The destination must be cleared before where its rest matters.
    /// </summary>
    public static void CopyResidentString(
        BpfAssembler code, StackFrame frame, KernelInterface kernel, MemoryPlace destination, BpfRegister address, int size, BpfLabel fault)
    {
        var copied = code.NewLabel();
        code.Move(R1, destination.Base).Alu(BpfOperation.Add, R1, destination.Offset).Move(R2, size).Move(R3, address).Call(BpfHelper.ProbeReadUserString)
            .JumpIf(BpfCondition.SignedGreater, R0, 0, copied)
            .Move(R1, destination.Base).Alu(BpfOperation.Add, R1, destination.Offset);
        CopyString(code, frame, kernel, address, size, 1, fault);
        code.Bind(copied).JumpIf(BpfCondition.Greater, R0, size, fault);
    }
}

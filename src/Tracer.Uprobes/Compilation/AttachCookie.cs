using Tracer.Bpf;
using static Tracer.Bpf.BpfRegister;

namespace Tracer.Uprobes.Compilation;

/// <summary>The number that tells a program which of its sites it runs at: given by the kernel, or the same always.</summary>
internal sealed class AttachCookie(BpfAssembler code, ulong? constant)
{
    /// <summary>R0 = the cookie; R1 to R5 are lost.</summary>
    public void Load()
    {
        if (constant is { } value)
            code.LoadConstant(R0, (long)value);
        else
            code.Move(R1, R6).Call(BpfHelper.GetAttachCookie);
    }
}

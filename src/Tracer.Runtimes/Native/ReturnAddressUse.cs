using System.Globalization;
using Iced.Intel;
using Tracer.Core.Expressions;
using Tracer.Elf;
using Tracer.Runtimes.Code;

namespace Tracer.Runtimes.Native;

/// <summary>
/// Tells whether a function looks at its own return address, which is not its caller's while the kernel follows the call: setjmp keeps it, dlsym finds its caller's
/// module by it, vfork takes it off the stack.
/// </summary>
internal static class ReturnAddressUse
{
    /// <summary>What it does, as a predicate; null when it is proven not to.</summary>
    public static string? Find(NativeModule module, FunctionBody body)
    {
        foreach (var instruction in body.Instructions)
        {
            var offset = instruction.IP - body.Start;
            // A frame of which nothing is known may hold it anywhere.
            if (module.FrameAddressAt(instruction.IP) is not { } frame)
                return string.Create(CultureInfo.InvariantCulture, $"has code at +0x{offset:x} whose frame is not described");
            var (register, distance) = Split(frame);
            if (IsTaken(instruction, register, distance - 8))
                return string.Create(CultureInfo.InvariantCulture, $"looks at its own return address at +0x{offset:x}");
        }

        return null;
    }

    private static bool IsTaken(in Instruction instruction, X64Register register, long place)
    {
        if (instruction.Mnemonic == Mnemonic.Pop && register == X64Register.Rsp && place == 0)
            return true;
        for (var k = 0; k < instruction.OpCount; k++)
        {
            if (instruction.GetOpKind(k) == OpKind.Memory && instruction.MemoryBase != Register.RIP && instruction.MemoryIndex == Register.None
                && NumberOf(instruction.MemoryBase) == (int)register && unchecked((long)instruction.MemoryDisplacement64) == place)
                return true;
        }

        return false;
    }

    private static (X64Register Register, long Distance) Split(Expression frame) => frame switch
    {
        BinaryExpression { Left: RegisterExpression r, Right: ConstantExpression c } => (r.Register, unchecked((long)c.Value)),
        RegisterExpression r => (r.Register, 0),
        _ => throw new InvalidOperationException("A frame's address is a register and a distance."),
    };

    // DWARF's numbers (System V ABI for x86-64, figure 3.36), which X64Register has; encoders have others.
    private static int NumberOf(Register register) => register switch
    {
        Register.RAX => (int)X64Register.Rax,
        Register.RDX => (int)X64Register.Rdx,
        Register.RCX => (int)X64Register.Rcx,
        Register.RBX => (int)X64Register.Rbx,
        Register.RSI => (int)X64Register.Rsi,
        Register.RDI => (int)X64Register.Rdi,
        Register.RBP => (int)X64Register.Rbp,
        Register.RSP => (int)X64Register.Rsp,
        >= Register.R8 and <= Register.R15 => (int)X64Register.R8 + (register - Register.R8),
        _ => -1,
    };
}

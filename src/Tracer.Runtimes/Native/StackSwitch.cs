using System.Globalization;
using Tracer.Core.Expressions;
using Tracer.Elf;

namespace Tracer.Runtimes.Native;

/// <summary>
/// Finds code that puts another stack in place: a mov or xchg that writes rsp. Compilers write it from rbp only, or from another register in functions whose frame call
/// frame information describes by a register that is not rsp (arrays of variable length). Bytes are looked at, not instructions, so that hand-written code of any
/// kind is seen; what only looks like it makes a trace slower, not wrong.
/// </summary>
internal static class StackSwitch
{
    /// <summary>What was found first, as a clause; null for nothing.</summary>
    public static string? Find(NativeModule module)
    {
        foreach (var segment in module.Image.Segments)
        {
            if (segment.Type != ElfSegmentType.Load || (segment.Flags & ElfSegmentFlags.Execute) == 0 || !module.Image.TryGetSegmentData(segment, out var data))
                continue;
            var code = data.Span;
            for (var k = 0; k + 2 < code.Length; k++)
            {
                if (WritesStackPointer(code[k], code[k + 1], code[k + 2]) && !HasFrameOfItsOwn(module, segment.VirtualAddress + (ulong)k))
                    return string.Create(CultureInfo.InvariantCulture, $"{module.Module.Name} has code at 0x{segment.VirtualAddress + (ulong)k:x} that may switch stacks");
            }
        }

        return null;
    }

    private static bool HasFrameOfItsOwn(NativeModule module, ulong address) => module.FrameAddressAt(address) is { } frame
        && !ExpressionParts.Any(frame, e => e is RegisterExpression { Register: X64Register.Rsp });

    // Intel SDM volume 2, 2.2.1.2 (REX) and table 2-2 (ModR/M): rsp is register 4 without an extension.
    private static bool WritesStackPointer(byte prefix, byte opcode, byte modrm)
    {
        const int Wide = 0x48, ExtendsReg = 4, ExtendsRm = 1, Rsp = 4, Rbp = 5;
        if ((prefix & 0xf8) != Wide)
            return false;
        var isRegister = modrm >= 0xc0;
        var (reg, rm) = ((modrm >> 3 & 7) | ((prefix & ExtendsReg) << 1), (modrm & 7) | ((prefix & ExtendsRm) << 3));
        return opcode switch
        {
            0x89 => isRegister && rm == Rsp && reg is not (Rbp or Rsp),
            0x8b => reg == Rsp && !(isRegister && rm is Rbp or Rsp),
            0x87 => reg == Rsp || (isRegister && rm == Rsp),
            // xchg rax, rsp has no ModR/M.
            0x94 => (prefix & ExtendsRm) == 0,
            _ => false,
        };
    }
}

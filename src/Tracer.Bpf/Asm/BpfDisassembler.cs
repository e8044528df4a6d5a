using System.Globalization;
using System.Text;

namespace Tracer.Bpf;

/// <summary>
/// Prints programs in the notation of the kernel's verifier log (kernel/bpf/disasm.c), with spaces round a memory operand's sign:
/// <c>r1 = *(u64 *)(r6 + 112)</c>. Never throws; a slot that is no instruction prints as its bytes.
/// </summary>
public static class BpfDisassembler
{
    /// <summary>A whole program, one line an instruction: <c>slot: text</c>. Slots of a 64-bit load count two.</summary>
    public static string Disassemble(ReadOnlySpan<BpfInstruction> program)
    {
        var text = new StringBuilder();
        for (var i = 0; i < program.Length; i++)
        {
            var next = i + 1 < program.Length ? program[i + 1] : default;
            text.Append(CultureInfo.InvariantCulture, $"{i}: {Format(program[i], next)}\n");
            if (program[i].Opcode == BpfOpcode.LoadImmediate64)
                i++;
        }

        return text.ToString();
    }

    /// <summary>One instruction; <paramref name="next"/> is the following slot, which holds the upper half of a 64-bit load.</summary>
    public static string Format(BpfInstruction instruction, BpfInstruction next) => (instruction.Opcode & BpfOpcode.ClassMask) switch
    {
        BpfOpcode.ClassAlu => Arithmetic(instruction, 'w'),
        BpfOpcode.ClassAlu64 => Arithmetic(instruction, 'r'),
        BpfOpcode.ClassJmp => Jump(instruction, 'r'),
        BpfOpcode.ClassJmp32 => Jump(instruction, 'w'),
        BpfOpcode.ClassLdx => Load(instruction),
        BpfOpcode.ClassSt or BpfOpcode.ClassStx => Store(instruction),
        _ => Wide(instruction, next),
    } ?? Unknown(instruction);

    private static string? Arithmetic(BpfInstruction i, char r)
    {
        var isRegister = (i.Opcode & BpfOpcode.SourceRegister) != 0;
        var source = isRegister ? $"{r}{i.Source}" : Number(i.Immediate);
        switch (i.Opcode & BpfOpcode.OperationMask)
        {
            case BpfOpcode.End:
                var order = r == 'r' ? "bswap" : isRegister ? "be" : "le";
                return $"r{i.Destination} = {order}{Number(i.Immediate)} r{i.Destination}";
            case BpfOpcode.Negate:
                return $"{r}{i.Destination} = -{r}{i.Destination}";
            case BpfOpcode.Move:
                return $"{r}{i.Destination} = {(isRegister ? SignExtension(i.Offset) : "")}{source}";
            default:
                var operation = OperationSign((BpfOperation)((i.Opcode & BpfOpcode.OperationMask) | (i.Offset == 1 ? 0x100 : 0)));
                return operation is null ? null : $"{r}{i.Destination} {operation}= {source}";
        }
    }

    private static string? Jump(BpfInstruction i, char r)
    {
        var isRegister = (i.Opcode & BpfOpcode.SourceRegister) != 0;
        switch (i.Opcode & BpfOpcode.OperationMask)
        {
            case BpfOpcode.JumpAlways:
                return r == 'r' ? $"goto pc{Signed(i.Offset)}" : $"gotol pc{Signed(i.Immediate)}";
            case BpfOpcode.JumpConditional:
                return $"may_goto pc{Signed(i.Offset)}";
            case BpfOpcode.Exit:
                return "exit";
            case BpfOpcode.Call:
                return i.Source switch
                {
                    BpfOpcode.PseudoCall => $"call pc{Signed(i.Immediate)}",
                    BpfOpcode.PseudoKernelFunction => $"call kernel-function#{Number(i.Immediate)}",
                    _ => $"call {((BpfHelper)i.Immediate).KernelName()}#{Number(i.Immediate)}",
                };
            default:
                var condition = ConditionSign((BpfCondition)(i.Opcode & BpfOpcode.OperationMask));
                var right = isRegister ? $"{r}{i.Source}" : string.Create(CultureInfo.InvariantCulture, $"0x{i.Immediate:x}");
                return condition is null ? null : $"if {r}{i.Destination} {condition} {right} goto pc{Signed(i.Offset)}";
        }
    }

    private static string? Load(BpfInstruction i)
    {
        var mode = i.Opcode & BpfOpcode.ModeMask;
        if (mode is not (BpfOpcode.ModeMemory or BpfOpcode.ModeMemorySigned))
            return null;
        return $"r{i.Destination} = {Memory(i, i.Source, mode == BpfOpcode.ModeMemory ? 'u' : 's')}";
    }

    private static string? Store(BpfInstruction i)
    {
        var memory = Memory(i, i.Destination, 'u');
        if ((i.Opcode & BpfOpcode.ModeMask) == BpfOpcode.ModeMemory)
            return $"{memory} = {((i.Opcode & BpfOpcode.ClassMask) == BpfOpcode.ClassSt ? Number(i.Immediate) : $"r{i.Source}")}";
        if ((i.Opcode & (BpfOpcode.ModeMask | BpfOpcode.ClassMask)) != (BpfOpcode.ModeAtomic | BpfOpcode.ClassStx))
            return null;

        var address = memory[1..];
        var atomic = (i.Opcode & BpfOpcode.SizeMask) == (int)BpfSize.Double ? "atomic64" : "atomic";
        return (BpfAtomicOperation)i.Immediate switch
        {
            BpfAtomicOperation.Add => $"lock {memory} += r{i.Source}",
            BpfAtomicOperation.Or => $"lock {memory} |= r{i.Source}",
            BpfAtomicOperation.And => $"lock {memory} &= r{i.Source}",
            BpfAtomicOperation.Xor => $"lock {memory} ^= r{i.Source}",
            BpfAtomicOperation.FetchAdd => $"r{i.Source} = {atomic}_fetch_add({address}, r{i.Source})",
            BpfAtomicOperation.FetchOr => $"r{i.Source} = {atomic}_fetch_or({address}, r{i.Source})",
            BpfAtomicOperation.FetchAnd => $"r{i.Source} = {atomic}_fetch_and({address}, r{i.Source})",
            BpfAtomicOperation.FetchXor => $"r{i.Source} = {atomic}_fetch_xor({address}, r{i.Source})",
            BpfAtomicOperation.Exchange => $"r{i.Source} = {atomic}_xchg({address}, r{i.Source})",
            BpfAtomicOperation.CompareExchange => $"r0 = {atomic}_cmpxchg({address}, r0, r{i.Source})",
            _ => null,
        };
    }

    private static string? Wide(BpfInstruction i, BpfInstruction next)
    {
        if (i.Opcode != BpfOpcode.LoadImmediate64)
            return null;
        return i.Source switch
        {
            BpfOpcode.PseudoMapDescriptor => $"r{i.Destination} = map[fd:{Number(i.Immediate)}]",
            BpfOpcode.PseudoMapValue => $"r{i.Destination} = map[fd:{Number(i.Immediate)}][0]{Signed(next.Immediate)}",
            _ => $"r{i.Destination} = 0x{Combine(i, next).ToString("x", CultureInfo.InvariantCulture)}",
        };

        static ulong Combine(BpfInstruction low, BpfInstruction high) => ((ulong)(uint)high.Immediate << 32) | (uint)low.Immediate;
    }

    private static string Memory(BpfInstruction i, int register, char sign)
    {
        var width = (BpfSize)(i.Opcode & BpfOpcode.SizeMask) switch
        {
            BpfSize.Byte => 8,
            BpfSize.Half => 16,
            BpfSize.Word => 32,
            _ => 64,
        };
        return $"*({sign}{width} *)(r{register} {(i.Offset < 0 ? '-' : '+')} {Number(Math.Abs((int)i.Offset))})";
    }

    private static string SignExtension(int bits) => bits is 8 or 16 or 32 ? $"(s{bits})" : "";

    private static string? OperationSign(BpfOperation operation) => operation switch
    {
        BpfOperation.Add => "+",
        BpfOperation.Subtract => "-",
        BpfOperation.Multiply => "*",
        BpfOperation.Divide => "/",
        BpfOperation.Or => "|",
        BpfOperation.And => "&",
        BpfOperation.ShiftLeft => "<<",
        BpfOperation.ShiftRight => ">>",
        BpfOperation.Modulo => "%",
        BpfOperation.Xor => "^",
        BpfOperation.ArithmeticShiftRight => "s>>",
        BpfOperation.SignedDivide => "s/",
        BpfOperation.SignedModulo => "s%",
        _ => null,
    };

    private static string? ConditionSign(BpfCondition condition) => condition switch
    {
        BpfCondition.Equal => "==",
        BpfCondition.Greater => ">",
        BpfCondition.GreaterOrEqual => ">=",
        BpfCondition.AnyBitSet => "&",
        BpfCondition.NotEqual => "!=",
        BpfCondition.SignedGreater => "s>",
        BpfCondition.SignedGreaterOrEqual => "s>=",
        BpfCondition.Less => "<",
        BpfCondition.LessOrEqual => "<=",
        BpfCondition.SignedLess => "s<",
        BpfCondition.SignedLessOrEqual => "s<=",
        _ => null,
    };

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Signed(int value) => value.ToString("+0;-0;+0", CultureInfo.InvariantCulture);

    private static string Unknown(BpfInstruction i) =>
        string.Create(CultureInfo.InvariantCulture, $"unknown {i.Opcode:x2} {i.Registers:x2} {(ushort)i.Offset:x4} {i.Immediate:x8}");
}

using CsCheck;
using Tracer.Linux;
using static Tracer.Bpf.BpfRegister;

namespace Tracer.Bpf.Tests;

/// <summary>The kernel computes what the assembler's names say.</summary>
public class SemanticsTests
{
    public SemanticsTests() => Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");

    [Fact]
    public void Arithmetic_means_what_its_name_says()
    {
        using var result = Code.Counter();
        using var memory = result.MapMemory();
        var value = Gen.OneOf(Gen.Long, Gen.OneOf(0L, 1, -1, long.MinValue, long.MaxValue, int.MinValue, int.MaxValue, 0xffffffff));
        Gen.Select(Gen.Enum<BpfOperation>(), Gen.Bool, value, value).Sample(
            t =>
            {
                var (operation, isWide, left, right) = t;
                var code = new BpfAssembler().LoadConstant(R1, left).LoadConstant(R2, right);
                code = isWide ? code.Alu(operation, R1, R2) : code.Alu32(operation, R1, R2);
                Run(code.LoadMapValue(R3, result.Descriptor, 0).Store(BpfSize.Double, R3, 0, R1));
                var expected = isWide ? Wide(operation, left, right) : (uint)Narrow(operation, (int)left, (int)right);
                return BitConverter.ToInt64(memory.Span) == expected;
            },
            iter: 400,
            threads: 1);
    }

    [Fact]
    public void Conditions_mean_what_their_names_say()
    {
        var value = Gen.OneOf(Gen.Long, Gen.OneOf(0L, 1, -1, long.MinValue, long.MaxValue, 0x80000000, 0xffffffff));
        Gen.Select(Gen.Enum<BpfCondition>(), Gen.Bool, value, value).Sample(
            t =>
            {
                var (condition, isWide, left, right) = t;
                var code = new BpfAssembler();
                var yes = code.NewLabel();
                code.LoadConstant(R1, left).LoadConstant(R2, right).Move(R0, 1);
                code = isWide ? code.JumpIf(condition, R1, R2, yes) : code.JumpIf32(condition, R1, R2, yes);
                using var program = LiveTests.Load(BpfProgramType.RawTracePoint, code.Move(R0, 0).Bind(yes).Exit());
                var holds = isWide ? Holds(condition, left, right) : Holds(condition, (int)left, (int)right, uint.MaxValue);
                return program.TestRun(default) == (holds ? 1u : 0u);
            },
            iter: 300,
            threads: 1);
    }

    [Fact]
    public void Byte_order_sign_extension_and_atomics_compute()
    {
        using var result = Code.Counter(8 * 8);
        using var memory = result.MapMemory();
        BitConverter.TryWriteBytes(memory.Span, 0x80ff);
        Run(new BpfAssembler()
            .LoadMapValue(R6, result.Descriptor, 0)
            .LoadSigned(BpfSize.Half, R1, R6, 0).Store(BpfSize.Double, R6, 8, R1)
            .LoadConstant(R1, 0x1122334455667788).SwapBytes(R1, 64).Store(BpfSize.Double, R6, 16, R1)
            .Move(R1, 0x8081).MoveSignExtended(R1, R1, 8).Store(BpfSize.Double, R6, 24, R1)
            .Move(R1, 5).Atomic(BpfAtomicOperation.FetchAdd, BpfSize.Double, R6, 0, R1).Store(BpfSize.Double, R6, 32, R1)
            .Load(BpfSize.Double, R0, R6, 0).Move(R1, 9).Atomic(BpfAtomicOperation.CompareExchange, BpfSize.Double, R6, 0, R1)
            .Store(BpfSize.Double, R6, 40, R0)
            .LoadConstant(R1, 0x1122).ToBigEndian(R1, 16).Store(BpfSize.Double, R6, 48, R1));
        var words = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, long>(memory.Span);
        Assert.Equal([9, unchecked((short)0x80ff), unchecked((long)0x8877665544332211), -127, 0x80ff, 0x8104, 0x2211], words[..7].ToArray());
    }

    [Fact]
    public void A_may_goto_loop_whose_end_the_verifier_cannot_see_runs_to_its_end()
    {
        using var data = Code.Counter(16);
        using var memory = data.MapMemory();
        BitConverter.TryWriteBytes(memory.Span, 5000L);
        var code = new BpfAssembler();
        var (head, end) = (code.NewLabel(), code.NewLabel());
        Run(code
            .LoadMapValue(R6, data.Descriptor, 0).Load(BpfSize.Double, R1, R6, 0).Move(R2, 0)
            .Bind(head)
            .MayGoto(end)
            .JumpIf(BpfCondition.Equal, R1, 0, end)
            .Alu(BpfOperation.Add, R2, R1)
            .Alu(BpfOperation.Add, R1, -1)
            .Jump(head)
            .Bind(end)
            .Store(BpfSize.Double, R6, 8, R2));
        Assert.Equal(5000L * 5001 / 2, BitConverter.ToInt64(memory.Span[8..]));
    }

    [Fact]
    public void A_subprogram_is_called_and_returns()
    {
        var code = new BpfAssembler();
        var square = code.NewLabel();
        code.Move(R1, 7).CallSubprogram(square).Move(R6, R0).Move(R1, 3).CallSubprogram(square).Alu(BpfOperation.Add, R0, R6).Exit();
        code.Bind(square).Move(R0, R1).Alu(BpfOperation.Multiply, R0, R1).Exit();
        using var program = LiveTests.Load(BpfProgramType.RawTracePoint, code);
        Assert.Equal(58u, program.TestRun(default));
    }

    [Fact]
    public void A_system_call_program_sees_and_changes_the_bytes_it_is_run_on()
    {
        var code = new BpfAssembler().Load(BpfSize.Word, R0, R1, 4).Store(BpfSize.Half, R1, 0, 0x5566).Exit();
        using var program = BpfProgram.Load(
            LinuxSystemCalls.Instance, new BpfProgramDefinition(BpfProgramType.SystemCall, code.Assemble()) { Flags = BpfProgramFlags.Sleepable });
        byte[] bytes = [0, 0, 0, 0, 0x11, 0x22, 0x33, 0x44];
        Assert.Equal(0x44332211u, program.TestRun(bytes));
        Assert.Equal([0x66, 0x55, 0, 0, 0x11, 0x22, 0x33, 0x44], bytes);
    }

    private static void Run(BpfAssembler code)
    {
        using var program = LiveTests.Load(BpfProgramType.RawTracePoint, code.Move(R0, 0).Exit());
        program.TestRun(default);
    }

    private static long Wide(BpfOperation operation, long left, long right) => operation switch
    {
        BpfOperation.Add => left + right,
        BpfOperation.Subtract => left - right,
        BpfOperation.Multiply => left * right,
        BpfOperation.Divide => right == 0 ? 0 : (long)((ulong)left / (ulong)right),
        BpfOperation.Modulo => right == 0 ? left : (long)((ulong)left % (ulong)right),
        BpfOperation.Or => left | right,
        BpfOperation.And => left & right,
        BpfOperation.Xor => left ^ right,
        BpfOperation.ShiftLeft => left << (int)(right & 63),
        BpfOperation.ShiftRight => left >>> (int)(right & 63),
        BpfOperation.ArithmeticShiftRight => left >> (int)(right & 63),
        BpfOperation.SignedDivide => right == 0 ? 0 : right == -1 ? -left : left / right,
        _ => right == 0 ? left : right == -1 ? 0 : left % right,
    };

    private static int Narrow(BpfOperation operation, int left, int right) => operation switch
    {
        BpfOperation.Divide => right == 0 ? 0 : (int)((uint)left / (uint)right),
        BpfOperation.Modulo => right == 0 ? left : (int)((uint)left % (uint)right),
        BpfOperation.ShiftLeft => left << (right & 31),
        BpfOperation.ShiftRight => left >>> (right & 31),
        BpfOperation.ArithmeticShiftRight => left >> (right & 31),
        _ => (int)Wide(operation, left, right),
    };

    private static bool Holds(BpfCondition condition, long left, long right, ulong mask = ulong.MaxValue) => condition switch
    {
        BpfCondition.Equal => left == right,
        BpfCondition.NotEqual => left != right,
        BpfCondition.AnyBitSet => ((ulong)left & (ulong)right & mask) != 0,
        BpfCondition.Greater => (ulong)left > (ulong)right,
        BpfCondition.GreaterOrEqual => (ulong)left >= (ulong)right,
        BpfCondition.Less => (ulong)left < (ulong)right,
        BpfCondition.LessOrEqual => (ulong)left <= (ulong)right,
        BpfCondition.SignedGreater => left > right,
        BpfCondition.SignedGreaterOrEqual => left >= right,
        BpfCondition.SignedLess => left < right,
        _ => left <= right,
    };
}

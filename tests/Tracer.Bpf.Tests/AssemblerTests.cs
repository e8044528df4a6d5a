using System.Globalization;
using System.Runtime.InteropServices;
using CsCheck;
using Tracer.Linux;
using static Tracer.Bpf.BpfRegister;

namespace Tracer.Bpf.Tests;

/// <summary>What the assembler emits, byte for byte, and how the disassembler and the kernel read it.</summary>
public class AssemblerTests
{
    /// <summary>Bytes (opcode, registers, offset, immediate; as in memory) | text | how it is written here.</summary>
    private static readonly (string Bytes, string Text, Action<BpfAssembler> Write)[] Table =
    [
        ("bf 61 00 00 00 00 00 00", "r1 = r6", a => a.Move(R1, R6)),
        ("b7 01 00 00 ff ff ff ff", "r1 = -1", a => a.Move(R1, -1)),
        ("bc 61 00 00 00 00 00 00", "w1 = w6", a => a.Move32(R1, R6)),
        ("b4 01 00 00 07 00 00 00", "w1 = 7", a => a.Move32(R1, 7)),
        ("bf 12 08 00 00 00 00 00", "r2 = (s8)r1", a => a.MoveSignExtended(R2, R1, 8)),
        ("bf 12 10 00 00 00 00 00", "r2 = (s16)r1", a => a.MoveSignExtended(R2, R1, 16)),
        ("bf 12 20 00 00 00 00 00", "r2 = (s32)r1", a => a.MoveSignExtended(R2, R1, 32)),
        ("bc 12 08 00 00 00 00 00", "w2 = (s8)w1", a => a.MoveSignExtended32(R2, R1, 8)),
        ("bc 12 10 00 00 00 00 00", "w2 = (s16)w1", a => a.MoveSignExtended32(R2, R1, 16)),
        ("07 01 00 00 05 00 00 00", "r1 += 5", a => a.Alu(BpfOperation.Add, R1, 5)),
        ("0f 21 00 00 00 00 00 00", "r1 += r2", a => a.Alu(BpfOperation.Add, R1, R2)),
        ("0c 21 00 00 00 00 00 00", "w1 += w2", a => a.Alu32(BpfOperation.Add, R1, R2)),
        ("17 01 00 00 05 00 00 00", "r1 -= 5", a => a.Alu(BpfOperation.Subtract, R1, 5)),
        ("2f 21 00 00 00 00 00 00", "r1 *= r2", a => a.Alu(BpfOperation.Multiply, R1, R2)),
        ("3f 21 00 00 00 00 00 00", "r1 /= r2", a => a.Alu(BpfOperation.Divide, R1, R2)),
        ("3f 21 01 00 00 00 00 00", "r1 s/= r2", a => a.Alu(BpfOperation.SignedDivide, R1, R2)),
        ("34 01 01 00 03 00 00 00", "w1 s/= 3", a => a.Alu32(BpfOperation.SignedDivide, R1, 3)),
        ("97 01 00 00 03 00 00 00", "r1 %= 3", a => a.Alu(BpfOperation.Modulo, R1, 3)),
        ("9f 21 01 00 00 00 00 00", "r1 s%= r2", a => a.Alu(BpfOperation.SignedModulo, R1, R2)),
        ("47 01 00 00 f0 00 00 00", "r1 |= 240", a => a.Alu(BpfOperation.Or, R1, 240)),
        ("57 01 00 00 f0 00 00 00", "r1 &= 240", a => a.Alu(BpfOperation.And, R1, 240)),
        ("a4 01 00 00 f0 00 00 00", "w1 ^= 240", a => a.Alu32(BpfOperation.Xor, R1, 240)),
        ("67 01 00 00 20 00 00 00", "r1 <<= 32", a => a.Alu(BpfOperation.ShiftLeft, R1, 32)),
        ("77 01 00 00 20 00 00 00", "r1 >>= 32", a => a.Alu(BpfOperation.ShiftRight, R1, 32)),
        ("c7 01 00 00 20 00 00 00", "r1 s>>= 32", a => a.Alu(BpfOperation.ArithmeticShiftRight, R1, 32)),
        ("87 01 00 00 00 00 00 00", "r1 = -r1", a => a.Negate(R1)),
        ("84 01 00 00 00 00 00 00", "w1 = -w1", a => a.Negate32(R1)),
        ("dc 01 00 00 10 00 00 00", "r1 = be16 r1", a => a.ToBigEndian(R1, 16)),
        ("d4 01 00 00 20 00 00 00", "r1 = le32 r1", a => a.ToLittleEndian(R1, 32)),
        ("d7 01 00 00 40 00 00 00", "r1 = bswap64 r1", a => a.SwapBytes(R1, 64)),
        ("7b 1a f0 ff 00 00 00 00", "*(u64 *)(r10 - 16) = r1", a => a.Store(BpfSize.Double, R10, -16, R1)),
        ("7a 0a f8 ff 2a 00 00 00", "*(u64 *)(r10 - 8) = 42", a => a.Store(BpfSize.Double, R10, -8, 42)),
        ("62 0a f8 ff 2a 00 00 00", "*(u32 *)(r10 - 8) = 42", a => a.Store(BpfSize.Word, R10, -8, 42)),
        ("6a 0a f8 ff 2a 00 00 00", "*(u16 *)(r10 - 8) = 42", a => a.Store(BpfSize.Half, R10, -8, 42)),
        ("72 0a f8 ff 2a 00 00 00", "*(u8 *)(r10 - 8) = 42", a => a.Store(BpfSize.Byte, R10, -8, 42)),
        ("79 a1 f8 ff 00 00 00 00", "r1 = *(u64 *)(r10 - 8)", a => a.Load(BpfSize.Double, R1, R10, -8)),
        ("61 a1 f8 ff 00 00 00 00", "r1 = *(u32 *)(r10 - 8)", a => a.Load(BpfSize.Word, R1, R10, -8)),
        ("69 a1 f8 ff 00 00 00 00", "r1 = *(u16 *)(r10 - 8)", a => a.Load(BpfSize.Half, R1, R10, -8)),
        ("71 a1 f8 ff 00 00 00 00", "r1 = *(u8 *)(r10 - 8)", a => a.Load(BpfSize.Byte, R1, R10, -8)),
        ("81 a1 f8 ff 00 00 00 00", "r1 = *(s32 *)(r10 - 8)", a => a.LoadSigned(BpfSize.Word, R1, R10, -8)),
        ("89 a1 f8 ff 00 00 00 00", "r1 = *(s16 *)(r10 - 8)", a => a.LoadSigned(BpfSize.Half, R1, R10, -8)),
        ("91 a1 f8 ff 00 00 00 00", "r1 = *(s8 *)(r10 - 8)", a => a.LoadSigned(BpfSize.Byte, R1, R10, -8)),
        ("db 1a f8 ff 00 00 00 00", "lock *(u64 *)(r10 - 8) += r1", a => a.Atomic(BpfAtomicOperation.Add, BpfSize.Double, R10, -8, R1)),
        ("c3 1a f8 ff 00 00 00 00", "lock *(u32 *)(r10 - 8) += r1", a => a.Atomic(BpfAtomicOperation.Add, BpfSize.Word, R10, -8, R1)),
        ("db 1a f8 ff 40 00 00 00", "lock *(u64 *)(r10 - 8) |= r1", a => a.Atomic(BpfAtomicOperation.Or, BpfSize.Double, R10, -8, R1)),
        ("db 1a f8 ff 50 00 00 00", "lock *(u64 *)(r10 - 8) &= r1", a => a.Atomic(BpfAtomicOperation.And, BpfSize.Double, R10, -8, R1)),
        ("db 1a f8 ff a0 00 00 00", "lock *(u64 *)(r10 - 8) ^= r1", a => a.Atomic(BpfAtomicOperation.Xor, BpfSize.Double, R10, -8, R1)),
        ("db 1a f8 ff 01 00 00 00", "r1 = atomic64_fetch_add((u64 *)(r10 - 8), r1)", a => a.Atomic(BpfAtomicOperation.FetchAdd, BpfSize.Double, R10, -8, R1)),
        ("c3 1a f8 ff 41 00 00 00", "r1 = atomic_fetch_or((u32 *)(r10 - 8), r1)", a => a.Atomic(BpfAtomicOperation.FetchOr, BpfSize.Word, R10, -8, R1)),
        ("db 1a f8 ff 51 00 00 00", "r1 = atomic64_fetch_and((u64 *)(r10 - 8), r1)", a => a.Atomic(BpfAtomicOperation.FetchAnd, BpfSize.Double, R10, -8, R1)),
        ("db 1a f8 ff a1 00 00 00", "r1 = atomic64_fetch_xor((u64 *)(r10 - 8), r1)", a => a.Atomic(BpfAtomicOperation.FetchXor, BpfSize.Double, R10, -8, R1)),
        ("db 1a f8 ff e1 00 00 00", "r1 = atomic64_xchg((u64 *)(r10 - 8), r1)", a => a.Atomic(BpfAtomicOperation.Exchange, BpfSize.Double, R10, -8, R1)),
        ("b7 00 00 00 01 00 00 00", "r0 = 1", a => a.Move(R0, 1)),
        ("db 1a f8 ff f1 00 00 00", "r0 = atomic64_cmpxchg((u64 *)(r10 - 8), r0, r1)", a => a.Atomic(BpfAtomicOperation.CompareExchange, BpfSize.Double, R10, -8, R1)),
        ("18 03 00 00 88 77 66 55 00 00 00 00 44 33 22 11", "r3 = 0x1122334455667788", a => a.LoadConstant(R3, 0x1122334455667788)),
        ("18 03 00 00 ff ff ff ff 00 00 00 00 00 00 00 00", "r3 = 0xffffffff", a => a.LoadConstant(R3, 0xffffffff)),
        ("b7 03 00 00 00 00 00 80", "r3 = -2147483648", a => a.LoadConstant(R3, int.MinValue)),
        ("85 00 00 00 05 00 00 00", "call bpf_ktime_get_ns#5", a => a.Call(BpfHelper.GetTimeNanoseconds)),
        ("bf 01 00 00 00 00 00 00", "r1 = r0", a => a.Move(R1, R0)),
        ("bf 02 00 00 00 00 00 00", "r2 = r0", a => a.Move(R2, R0)),
        ("15 01 00 00 10 00 00 00", "if r1 == 0x10 goto pc+0", a => JumpOver(a, t => a.JumpIf(BpfCondition.Equal, R1, 16, t))),
        ("5d 21 00 00 00 00 00 00", "if r1 != r2 goto pc+0", a => JumpOver(a, t => a.JumpIf(BpfCondition.NotEqual, R1, R2, t))),
        ("25 01 00 00 10 00 00 00", "if r1 > 0x10 goto pc+0", a => JumpOver(a, t => a.JumpIf(BpfCondition.Greater, R1, 16, t))),
        ("35 01 00 00 10 00 00 00", "if r1 >= 0x10 goto pc+0", a => JumpOver(a, t => a.JumpIf(BpfCondition.GreaterOrEqual, R1, 16, t))),
        ("45 01 00 00 10 00 00 00", "if r1 & 0x10 goto pc+0", a => JumpOver(a, t => a.JumpIf(BpfCondition.AnyBitSet, R1, 16, t))),
        ("65 01 00 00 ff ff ff ff", "if r1 s> 0xffffffff goto pc+0", a => JumpOver(a, t => a.JumpIf(BpfCondition.SignedGreater, R1, -1, t))),
        ("7d 21 00 00 00 00 00 00", "if r1 s>= r2 goto pc+0", a => JumpOver(a, t => a.JumpIf(BpfCondition.SignedGreaterOrEqual, R1, R2, t))),
        ("a6 01 00 00 10 00 00 00", "if w1 < 0x10 goto pc+0", a => JumpOver(a, t => a.JumpIf32(BpfCondition.Less, R1, 16, t))),
        ("be 21 00 00 00 00 00 00", "if w1 <= w2 goto pc+0", a => JumpOver(a, t => a.JumpIf32(BpfCondition.LessOrEqual, R1, R2, t))),
        ("c6 01 00 00 10 00 00 00", "if w1 s< 0x10 goto pc+0", a => JumpOver(a, t => a.JumpIf32(BpfCondition.SignedLess, R1, 16, t))),
        ("d5 01 00 00 10 00 00 00", "if r1 s<= 0x10 goto pc+0", a => JumpOver(a, t => a.JumpIf(BpfCondition.SignedLessOrEqual, R1, 16, t))),
        ("05 00 00 00 00 00 00 00", "goto pc+0", a => JumpOver(a, a.Jump)),
        ("e5 00 00 00 00 00 00 00", "may_goto pc+0", a => JumpOver(a, a.MayGoto)),
        ("95 00 00 00 00 00 00 00", "exit", a => a.Exit()),
    ];

    /// <summary>Forms that name a descriptor or another program, which only the byte table checks.</summary>
    private static readonly (string Bytes, string Text, Action<BpfAssembler> Write)[] References =
    [
        ("18 11 00 00 09 00 00 00 00 00 00 00 00 00 00 00", "r1 = map[fd:9]", a => a.LoadMap(R1, 9)),
        ("18 21 00 00 09 00 00 00 00 00 00 00 10 00 00 00", "r1 = map[fd:9][0]+16", a => a.LoadMapValue(R1, 9, 16)),
        ("85 20 00 00 39 30 00 00", "call kernel-function#12345", a => a.CallKernelFunction(12345)),
        ("85 10 00 00 00 00 00 00", "call pc+0", a => JumpOver(a, a.CallSubprogram)),
    ];

    [Fact]
    public void Every_form_has_its_bytes_and_its_text()
    {
        foreach (var (bytes, text, write) in Table.Concat(References))
        {
            var assembler = new BpfAssembler();
            write(assembler);
            var program = assembler.Assemble();
            Assert.Equal(bytes, Hex(program));
            Assert.Equal($"0: {text}\n", BpfDisassembler.Disassemble(program));
        }
    }

    [Fact]
    public void The_kernels_verifier_reads_every_form_as_the_disassembler_does()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        var assembler = new BpfAssembler().Store(BpfSize.Double, R10, -8, 0).Store(BpfSize.Double, R10, -16, 0).Move(R6, 7).Move(R1, 1).Move(R2, 5);
        foreach (var (_, text, write) in Table.SkipLast(1))
        {
            // Calls lose the registers that the next lines use.
            write(assembler);
            if (text.StartsWith("r1 =", StringComparison.Ordinal) || text.StartsWith("r1 s", StringComparison.Ordinal))
                assembler.Move(R1, 3);
        }

        // A load through a number is refused, and only then does the log keep its instructions.
        var program = assembler.Move(R0, 0).Load(BpfSize.Double, R0, R0, 0).Exit().Assemble();
        var error = Assert.Throws<BpfLoadException>(() => BpfProgram.Load(
            LinuxSystemCalls.Instance, new BpfProgramDefinition(BpfProgramType.RawTracePoint, program)));
        Assert.Contains("R0 invalid mem access 'scalar'", error.Summary, StringComparison.Ordinal);

        var kernel = new SortedDictionary<int, string>();
        foreach (var line in error.Log.Split('\n'))
        {
            var match = System.Text.RegularExpressions.Regex.Match(line, @"^(\d+): \([0-9a-f]{2}\) (.*?)( +;.*)?$");
            if (match.Success)
                kernel[int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)] = match.Groups[2].Value;
        }

        var compared = 0;
        foreach (var line in BpfDisassembler.Disassemble(program).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var (slot, text) = (int.Parse(line[..line.IndexOf(':', StringComparison.Ordinal)], CultureInfo.InvariantCulture), line[(line.IndexOf(':', StringComparison.Ordinal) + 2)..]);
            if (!kernel.TryGetValue(slot, out var expected))
                continue;
            Assert.Equal(expected, text.Replace("+ ", "+", StringComparison.Ordinal).Replace("r10 - ", "r10 -", StringComparison.Ordinal).Replace("+= ", "+= ", StringComparison.Ordinal));
            compared++;
        }

        Assert.True(compared >= Table.Length - 1, $"{compared} lines compared of {Table.Length}");
    }

    [Fact]
    public void Jumps_reach_forward_and_back()
    {
        var assembler = new BpfAssembler();
        var (head, end) = (assembler.NewLabel(), assembler.NewLabel());
        assembler.Bind(head).MayGoto(end).LoadImmediate64(R1, 1).Jump(head).Bind(end).Exit();
        Assert.Equal("0: may_goto pc+3\n1: r1 = 0x1\n3: goto pc-4\n4: exit\n", BpfDisassembler.Disassemble(assembler.Assemble()));
    }

    [Theory]
    [InlineData(32767, true)]
    [InlineData(32768, false)]
    public void A_jump_goes_as_far_as_16_bits_and_no_farther(int distance, bool reaches)
    {
        var assembler = new BpfAssembler();
        var far = assembler.NewLabel();
        assembler.Jump(far);
        for (var i = 0; i < distance; i++)
            assembler.Move(R0, 0);
        assembler.Bind(far).Exit();
        if (reaches)
            Assert.Equal(short.MaxValue, assembler.Assemble()[0].Offset);
        else
            Assert.Contains("out of range", Assert.Throws<BpfAssemblyException>(assembler.Assemble).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_that_are_unbound_bound_twice_or_foreign_are_errors()
    {
        var assembler = new BpfAssembler();
        var label = assembler.NewLabel();
        assembler.Jump(label);
        Assert.Contains("never bound", Assert.Throws<BpfAssemblyException>(assembler.Assemble).Message, StringComparison.Ordinal);
        assembler.Bind(label);
        Assert.Throws<BpfAssemblyException>(() => assembler.Bind(label));
        Assert.Throws<BpfAssemblyException>(() => assembler.Jump(default));
    }

    [Fact]
    public void Widths_that_do_not_exist_are_refused()
    {
        var a = new BpfAssembler();
        Assert.Throws<ArgumentOutOfRangeException>(() => a.MoveSignExtended(R1, R2, 64));
        Assert.Throws<ArgumentOutOfRangeException>(() => a.MoveSignExtended32(R1, R2, 32));
        Assert.Throws<ArgumentOutOfRangeException>(() => a.SwapBytes(R1, 8));
        Assert.Throws<ArgumentOutOfRangeException>(() => a.LoadSigned(BpfSize.Double, R1, R2, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => a.Atomic(BpfAtomicOperation.Add, BpfSize.Byte, R1, 0, R2));
        Assert.Equal(0, a.Count);
    }

    [Fact]
    public void Any_eight_bytes_disassemble_to_something() =>
        Gen.ULong.Array[0, 20].Sample(words =>
        {
            var lines = BpfDisassembler.Disassemble(MemoryMarshal.Cast<ulong, BpfInstruction>(words));
            return words.Length == 0 || lines.Length > 0;
        });

    private static void JumpOver(BpfAssembler assembler, Func<BpfLabel, BpfAssembler> jump)
    {
        var next = assembler.NewLabel();
        jump(next).Bind(next);
    }

    private static string Hex(BpfInstruction[] program) =>
        Convert.ToHexStringLower(MemoryMarshal.AsBytes(program)).Chunk(2).Aggregate("", (text, pair) => $"{text} {new string(pair)}").TrimStart();

    [Fact]
    public void Code_that_nothing_leads_to_is_left_out_and_jumps_still_meet_their_targets()
    {
        var assembler = new BpfAssembler();
        var dead = assembler.NewLabel();
        var end = assembler.NewLabel();
        var subprogram = assembler.NewLabel();
        assembler.JumpIf(BpfCondition.Equal, BpfRegister.R1, 0, end)
            .CallSubprogram(subprogram).Jump(end)
            .Bind(dead).LoadImmediate64(BpfRegister.R0, 1L << 40).JumpIf(BpfCondition.Equal, BpfRegister.R0, 7, dead).Jump(end)
            .Bind(end).LoadImmediate64(BpfRegister.R0, 5).Exit()
            .Bind(subprogram).Move(BpfRegister.R0, 3).Exit()
            .Move(BpfRegister.R0, 9).Exit();
        var expected = new BpfAssembler();
        var there = expected.NewLabel();
        var called = expected.NewLabel();
        expected.JumpIf(BpfCondition.Equal, BpfRegister.R1, 0, there)
            .CallSubprogram(called).Jump(there)
            .Bind(there).LoadImmediate64(BpfRegister.R0, 5).Exit()
            .Bind(called).Move(BpfRegister.R0, 3).Exit();
        Assert.Equal(expected.Assemble(), assembler.AssembleReachable());
    }
}

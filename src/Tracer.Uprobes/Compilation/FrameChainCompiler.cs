using Tracer.Bpf;
using Tracer.Core.Stacks;
using Tracer.Elf;
using static Tracer.Bpf.BpfRegister;

namespace Tracer.Uprobes.Compilation;

/// <summary>
/// Compiles the walk of a stack by frame pointers into a key. It is our own loop and not bpf_get_stack: that one fills a buffer of the CPU which another task may
/// overwrite while a sleepable program is preempted (get_perf_callchain in kernel/events/callchain.c), skips the caller at a function's entry by a guess, and goes
/// on through code that keeps no frame pointers. R8 is the next frame pointer, R9 the one before.
/// </summary>
internal sealed class FrameChainCompiler(BpfAssembler code, StackFrame frame)
{
    /// <summary>How a stack ended, in its slot from <see cref="KernelKeyLayout.CharsetShift"/> on: at an outermost frame, or where code begins that keeps no frame pointers.</summary>
    public const int Ended = 0;

    /// <summary>The stack ended where the chain of frame pointers makes no sense or cannot be read.</summary>
    public const int Broken = 1;

    /// <summary>There was no room for more frames.</summary>
    public const int Full = 2;

    // Comparisons for each frame; with more ranges the walk goes on, and is cut where it is read.
    private const int MostRanges = 8;

    private const int PairSize = 2 * sizeof(ulong);

    /// <summary>Walks the stack into a field, which is cleared as far as the capacity in use, and writes its slot.</summary>
    /// <param name="chain">How it is walked.</param>
    /// <param name="field">Where the frames go.</param>
    /// <param name="slot">The key's slot.</param>
    /// <param name="capacities">Bytes of the field in each of the maps, ascending.</param>
    /// <param name="found">Compiles what is done with a stack that fits into that many bytes and not into fewer; it must not end there.</param>
    public void Walk(FrameChain chain, MemoryPlace field, MemoryPlace slot, IReadOnlyList<int> capacities, Action<int> found)
    {
        var mark = frame.Mark;
        var pair = frame.Reserve(PairSize);
        var index = frame.Reserve(8);
        var ranges = chain.Code is { GoesOn: false, Ranges.Count: <= MostRanges } ? chain.Code.Ranges : [];
        Clear(field, 0, capacities[0]);
        code.Load(BpfSize.Double, R0, R6, ContextLayout.OffsetOf(X64Register.Rip)!.Value).Store(BpfSize.Double, field.Base, field.Offset, R0)
            .Move(R1, 1).Store(BpfSize.Double, R10, index, R1);
        var broken = code.NewLabel();
        Start(chain.Start, pair, broken);
        for (var k = 0; k < capacities.Count; k++)
        {
            var (next, tell) = (code.NewLabel(), code.NewLabel());
            var ended = code.NewLabel();
            if (k > 0)
                Clear(field, capacities[k - 1], capacities[k]);
            Loop(capacities[k] / sizeof(ulong), field, pair, index, ranges, next, ended, broken);
            if (k == capacities.Count - 1)
                code.Bind(next).Move(R2, Full).Jump(tell);
            code.Bind(ended).Move(R2, Ended).Jump(tell).Bind(broken).Move(R2, Broken)
                .Bind(tell).Alu(BpfOperation.ShiftLeft, R2, KernelKeyLayout.CharsetShift)
                .Load(BpfSize.Double, R1, R10, index).Alu(BpfOperation.ShiftLeft, R1, 3).Alu(BpfOperation.Or, R1, R2)
                .Store(BpfSize.Double, slot.Base, slot.Offset, R1);
            found(capacities[k]);
            if (k < capacities.Count - 1)
                code.Bind(next);
            broken = code.NewLabel();
        }

        frame.ReleaseTo(mark);
    }

    /// <summary>The first caller: its address in the pair's second half, the next frame pointer in R8, and in R9 what that must be above.</summary>
    private void Start(FrameStart start, short pair, BpfLabel broken)
    {
        code.Load(BpfSize.Double, R9, R6, ContextLayout.OffsetOf(start.Register)!.Value).Alu(BpfOperation.Add, R9, start.CfaOffset - PairSize);
        if (start.SavedAt is { } at and not -PairSize)
        {
            code.Move(R8, R9).Alu(BpfOperation.Add, R8, PairSize + at);
            Read(R8, pair, sizeof(ulong), broken);
            code.Load(BpfSize.Double, R8, R10, pair);
        }
        else
        {
            code.Load(BpfSize.Double, R8, R6, ContextLayout.OffsetOf(X64Register.Rbp)!.Value);
        }

        Read(R9, pair, PairSize, broken);
        if (start.SavedAt == -PairSize)
            code.Load(BpfSize.Double, R8, R10, pair);
    }

    private void Loop(
        int limit, MemoryPlace field, short pair, short index, IReadOnlyList<(ulong Start, ulong End)> ranges, BpfLabel full, BpfLabel ended, BpfLabel broken)
    {
        var again = code.NewLabel();
        // The verifier follows the number of the frame, which is a constant in each turn.
        code.Bind(again).Load(BpfSize.Double, R1, R10, index).JumpIf(BpfCondition.GreaterOrEqual, R1, limit, full)
            .Load(BpfSize.Double, R2, R10, (short)(pair + sizeof(ulong))).JumpIf(BpfCondition.Equal, R2, 0, ended)
            .Move(R3, R1).Alu(BpfOperation.ShiftLeft, R3, 3).Alu(BpfOperation.Add, R3, field.Base).Store(BpfSize.Double, R3, field.Offset, R2)
            .Alu(BpfOperation.Add, R1, 1).Store(BpfSize.Double, R10, index, R1);
        if (ranges.Count > 0)
        {
            var inside = code.NewLabel();
            foreach (var (start, end) in ranges)
            {
                code.LoadImmediate64(R3, (long)start).Move(R4, R2).Alu(BpfOperation.Subtract, R4, R3).LoadConstant(R3, (long)(end - start))
                    .JumpIf(BpfCondition.LessOrEqual, R4, R3, inside);
            }

            code.Jump(ended).Bind(inside);
        }

        code.JumpIf(BpfCondition.Equal, R8, 0, ended).JumpIf(BpfCondition.LessOrEqual, R8, R9, broken)
            .JumpIf(BpfCondition.AnyBitSet, R8, sizeof(ulong) - 1, broken).Move(R9, R8);
        Read(R9, pair, PairSize, broken);
        code.Load(BpfSize.Double, R8, R10, pair).Jump(again);
    }

    /// <summary>Reads the target's memory; what is not resident is waited for.</summary>
    private void Read(BpfRegister address, short destination, int size, BpfLabel fault)
    {
        var done = code.NewLabel();
        Arguments();
        code.Call(BpfHelper.ProbeReadUser).JumpIf(BpfCondition.Equal, R0, 0, done);
        Arguments();
        code.Call(BpfHelper.CopyFromUser).JumpIf(BpfCondition.NotEqual, R0, 0, fault).Bind(done);

        void Arguments() => code.Move(R1, R10).Alu(BpfOperation.Add, R1, destination).Move(R2, size).Move(R3, address);
    }

    private void Clear(MemoryPlace field, int from, int to)
    {
        for (var at = from; at < to; at += sizeof(ulong))
            code.Store(BpfSize.Double, field.Base, field.Plus(at).Offset, 0);
    }
}

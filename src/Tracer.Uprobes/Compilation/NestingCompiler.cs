using Tracer.Bpf;
using Tracer.Core.Plans;
using Tracer.Core.Probes;
using static Tracer.Bpf.BpfRegister;

namespace Tracer.Uprobes.Compilation;

/// <summary>
/// Compiles the pairing of entries and returns by their nesting in a thread. A thread has one record: how deep it is, and when it came to each of the first depths;
/// what is deeper is in a map of its own, so that nearly every hit needs one look-up and depth has no limit.
/// </summary>
internal sealed class NestingCompiler(BpfAssembler code, StackFrame frame, ExpressionCompiler expressions, IProgramMaps maps, TracePlan plan)
{
    /// <summary>Bytes of a thread's record: the depth and <see cref="Held"/> times.</summary>
    public const int Size = (1 + Held) * sizeof(ulong);

    private const int Held = 16;

    /// <summary>Puts the clause's time on the thread's nesting; R9 is used.</summary>
    public void Enter(CallNesting nesting)
    {
        var mark = frame.Mark;
        var key = frame.Reserve(2 * sizeof(ulong));
        var record = frame.Reserve(Size);
        var (absent, deep, lost, noted) = (code.NewLabel(), code.NewLabel(), code.NewLabel(), code.NewLabel());
        Find(nesting, key);
        code.JumpIf(BpfCondition.Equal, R0, 0, absent).Move(R9, R0)
            .Load(BpfSize.Double, R1, R9, 0).Move(R2, R1).Alu(BpfOperation.Add, R2, 1).Store(BpfSize.Double, R9, 0, R2)
            .JumpIf(BpfCondition.GreaterOrEqual, R1, Held, deep)
            .Alu(BpfOperation.ShiftLeft, R1, 3).Alu(BpfOperation.Add, R9, R1);
        expressions.LoadTime();
        code.Store(BpfSize.Double, R9, 8, R0).Jump(noted)
            .Bind(absent);
        for (var k = 2; k < Size / sizeof(ulong); k++)
            code.Store(BpfSize.Double, R10, (short)(record + (k * 8)), 0);
        expressions.LoadTime();
        code.Store(BpfSize.Double, R10, record, 1).Store(BpfSize.Double, R10, (short)(record + 8), R0).LoadMap(R1, maps.NestingOf(nesting));
        Update(key, record, noted, lost);
        code.Bind(deep).Store(BpfSize.Double, R10, (short)(key + 8), R1);
        expressions.LoadTime();
        code.Store(BpfSize.Double, R10, record, R0).LoadMap(R1, maps.DeepTimesOf(nesting));
        Update(key, record, noted, lost);
        code.Bind(lost).Move(R1, plan.Counters.LostFrames);
        LossCounter.Increment(code, maps.Losses, frame);
        var done = code.NewLabel();
        code.Jump(done).Bind(noted).Move(R1, plan.Counters.OpenFrames);
        LossCounter.Increment(code, maps.Losses, frame);
        code.Bind(done);
        frame.ReleaseTo(mark);
    }

    /// <summary>Takes the newest time off the thread's nesting to R10[<paramref name="value"/>]; jumps to <paramref name="none"/> when there is none.</summary>
    public void Leave(CallNesting nesting, short value, BpfLabel none)
    {
        var mark = frame.Mark;
        var key = frame.Reserve(2 * sizeof(ulong));
        var (deep, taken) = (code.NewLabel(), code.NewLabel());
        Find(nesting, key);
        code.JumpIf(BpfCondition.Equal, R0, 0, none)
            .Load(BpfSize.Double, R1, R0, 0).JumpIf(BpfCondition.Equal, R1, 0, none)
            .Alu(BpfOperation.Subtract, R1, 1).Store(BpfSize.Double, R0, 0, R1)
            .JumpIf(BpfCondition.GreaterOrEqual, R1, Held, deep)
            .Alu(BpfOperation.ShiftLeft, R1, 3).Alu(BpfOperation.Add, R0, R1).Load(BpfSize.Double, R1, R0, 8).Store(BpfSize.Double, R10, value, R1).Jump(taken)
            .Bind(deep).Store(BpfSize.Double, R10, (short)(key + 8), R1).LoadMap(R1, maps.DeepTimesOf(nesting));
        PointTo(R2, key);
        code.Call(BpfHelper.MapLookup).JumpIf(BpfCondition.Equal, R0, 0, none)
            .Load(BpfSize.Double, R1, R0, 0).Store(BpfSize.Double, R10, value, R1).LoadMap(R1, maps.DeepTimesOf(nesting));
        PointTo(R2, key);
        code.Call(BpfHelper.MapDelete).Bind(taken).Move(R1, plan.Counters.OpenFrames);
        LossCounter.Add(code, maps.Losses, frame, -1);
        frame.ReleaseTo(mark);
    }

    private void Find(CallNesting nesting, short key)
    {
        code.Call(BpfHelper.GetProcessAndThread).Move32(R0, R0).Store(BpfSize.Double, R10, key, R0).LoadMap(R1, maps.NestingOf(nesting));
        PointTo(R2, key);
        code.Call(BpfHelper.MapLookup);
    }

    private void Update(short key, short value, BpfLabel done, BpfLabel failed)
    {
        PointTo(R2, key);
        PointTo(R3, value);
        code.Move(R4, (int)BpfUpdateMode.Any).Call(BpfHelper.MapUpdate).JumpIf(BpfCondition.Equal, R0, 0, done).Jump(failed);
    }

    private void PointTo(BpfRegister register, short place) => code.Move(register, R10).Alu(BpfOperation.Add, register, place);
}

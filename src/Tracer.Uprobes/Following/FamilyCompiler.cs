using Tracer.Bpf;
using Tracer.Uprobes.Compilation;
using static Tracer.Bpf.BpfRegister;

namespace Tracer.Uprobes.Following;

/// <summary>Compiles the programs that keep a family: at the birth and the end of processes, at the execution of programs, and where a loader says that libraries have changed.</summary>
/// <remarks>Register use: R6 the context; everything else is on the stack.</remarks>
internal sealed class FamilyCompiler
{
    /// <summary>A thread that has asked goes on after that time, answered or not.</summary>
    public const int PatienceNanoseconds = 1_000_000_000;

    // A loop of may_goto ends after a quarter of a second (kernel/bpf/core.c, bpf_check_timed_may_goto); one after the other they last long enough.
    private const int Spells = 5;

    private readonly BpfAssembler _code = new();
    private readonly StackFrame _frame = new();
    private readonly FamilyMaps _maps;
    private readonly BpfLabel _end;
    private readonly short _key;
    private readonly short _record;

    private FamilyCompiler(FamilyMaps maps)
    {
        _maps = maps;
        _end = _code.NewLabel();
        _key = _frame.Reserve(sizeof(ulong));
        _record = _frame.Reserve(FamilyRecord.Size);
        _code.Move(R6, R1);
    }

    /// <summary>At <c>sched_process_fork(parent, child)</c>, which comes before the child runs (kernel_clone, kernel/fork.c): the child of a member is one.</summary>
    public static BpfInstruction[] Fork(FamilyMaps maps, FamilyKernel kernel)
    {
        var compiler = new FamilyCompiler(maps);
        compiler.CompileFork(kernel);
        return compiler.Finish();
    }

    /// <summary>At <c>sched_process_exec</c>, which comes before the new program runs (exec_binprm, fs/exec.c).</summary>
    /// <param name="maps">The family's maps.</param>
    /// <param name="takesAll">Whether who is not a member becomes one.</param>
    public static BpfInstruction[] Execution(FamilyMaps maps, bool takesAll)
    {
        var compiler = new FamilyCompiler(maps);
        compiler.CompileExecution(takesAll);
        return compiler.Finish();
    }

    /// <summary>At <c>sched_process_exit(task)</c> of the last thread (do_exit, kernel/exit.c).</summary>
    public static BpfInstruction[] Exit(FamilyMaps maps, FamilyKernel kernel)
    {
        var compiler = new FamilyCompiler(maps);
        compiler.CompileExit(kernel);
        return compiler.Finish();
    }

    /// <summary>Where a loader says that the list of libraries has changed: asks, and waits for the answer.</summary>
    /// <param name="maps">The family's maps.</param>
    /// <param name="state">Bytes from the instruction to the loader's <c>r_debug.r_state</c>; null when it is not known.</param>
    public static BpfInstruction[] Libraries(FamilyMaps maps, int? state)
    {
        var compiler = new FamilyCompiler(maps);
        compiler.CompileLibraries(state);
        return compiler.Finish();
    }

    private BpfInstruction[] Finish() => _code.Bind(_end).Move(R0, 0).Exit().AssembleReachable();

    private void CompileFork(FamilyKernel kernel)
    {
        var (value, identity) = (_frame.Reserve(FamilyMaps.ValueSize), _frame.Reserve(2 * sizeof(uint)));
        _code.Load(BpfSize.Double, R3, R6, sizeof(ulong)).Alu(BpfOperation.Add, R3, kernel.ProcessId);
        ReadKernel(identity, sizeof(uint));
        _code.Load(BpfSize.Double, R3, R6, sizeof(ulong)).Alu(BpfOperation.Add, R3, kernel.ThreadGroup);
        ReadKernel((short)(identity + sizeof(uint)), sizeof(uint));
        // A thread belongs to its process as it is.
        _code.Load(BpfSize.Word, R1, R10, identity).Load(BpfSize.Word, R2, R10, (short)(identity + sizeof(uint))).JumpIf(BpfCondition.NotEqual, R1, R2, _end);
        FindOwn();
        _code.Load(BpfSize.Double, R1, R0, FamilyMaps.ImageOffset).Store(BpfSize.Double, R10, value, R1)
            .Load(BpfSize.Double, R1, R0, FamilyMaps.ExecutionsOffset).Store(BpfSize.Double, R10, (short)(value + FamilyMaps.ExecutionsOffset), R1);
        BeginRecord(FamilyRecordKind.Forked);
        _code.Load(BpfSize.Word, R1, R10, identity).Store(BpfSize.Word, R10, (short)(_record + FamilyRecord.OtherOffset), R1).Store(BpfSize.Double, R10, _key, R1);
        var lost = _code.NewLabel();
        Address(R1, _maps.Processes, _key).Move(R3, R10).Alu(BpfOperation.Add, R3, value).Move(R4, (int)BpfUpdateMode.Any).Call(BpfHelper.MapUpdate)
            .JumpIf(BpfCondition.NotEqual, R0, 0, lost);
        Tell();
        _code.Jump(_end).Bind(lost);
        Count(FamilyMaps.LostCounter);
    }

    private void CompileExecution(bool takesAll)
    {
        var (stranger, told) = (_code.NewLabel(), _code.NewLabel());
        FindOwn(takesAll ? stranger : _end);
        _code.Store(BpfSize.Double, R0, FamilyMaps.ImageOffset, 0).Move(R1, 1).Atomic(BpfAtomicOperation.Add, BpfSize.Double, R0, FamilyMaps.ExecutionsOffset, R1);
        if (takesAll)
        {
            var value = _frame.Reserve(FamilyMaps.ValueSize);
            _code.Jump(told).Bind(stranger).Store(BpfSize.Double, R10, value, 0).Store(BpfSize.Double, R10, (short)(value + FamilyMaps.ExecutionsOffset), 1);
            Address(R1, _maps.Processes, _key).Move(R3, R10).Alu(BpfOperation.Add, R3, value).Move(R4, (int)BpfUpdateMode.Any).Call(BpfHelper.MapUpdate).Bind(told);
        }

        BeginRecord(FamilyRecordKind.Executed);
        Tell();
    }

    private void CompileExit(FamilyKernel kernel)
    {
        var (signal, live) = (_frame.Reserve(sizeof(ulong)), _frame.Reserve(sizeof(uint)));
        FindOwn();
        _code.Load(BpfSize.Double, R3, R6, 0).Alu(BpfOperation.Add, R3, kernel.Signal);
        ReadKernel(signal, sizeof(ulong));
        _code.Load(BpfSize.Double, R3, R10, signal).Alu(BpfOperation.Add, R3, kernel.Live);
        ReadKernel(live, sizeof(uint));
        _code.Load(BpfSize.Word, R1, R10, live).JumpIf(BpfCondition.NotEqual, R1, 0, _end);
        BeginRecord(FamilyRecordKind.Exited);
        Address(R1, _maps.Processes, _key).Call(BpfHelper.MapDelete);
        Tell();
    }

    private void CompileLibraries(int? state)
    {
        // From 64 bytes on a program has its stack in memory of the processor (BPF_PRIV_STACK_MIN_SIZE, kernel/bpf/verifier.c, since 6.13), which another thread that runs it on the same processor
        // meanwhile would overwrite: this program waits, and makes do with less.
        var number = _frame.Reserve(sizeof(ulong));
        // With the zeros behind it the thread's number is a key.
        var thread = (short)(_record + FamilyRecord.OtherOffset);
        var (taken, late) = (_code.NewLabel(), _code.NewLabel());
        var ip = ContextLayout.OffsetOf(Elf.X64Register.Rip)!.Value;
        FindOwn();
        if (state is { } distance)
        {
            // RT_CONSISTENT is 0 (link.h); before a change it says RT_ADD or RT_DELETE, and there is nothing new yet.
            var asked = _code.NewLabel();
            _code.Load(BpfSize.Double, R3, R6, ip).Alu(BpfOperation.Add, R3, distance);
            CopyFromUser(number, sizeof(uint));
            _code.JumpIf(BpfCondition.NotEqual, R0, 0, asked).Load(BpfSize.Word, R1, R10, number).JumpIf(BpfCondition.NotEqual, R1, 0, _end).Bind(asked);
        }

        BeginRecord(FamilyRecordKind.Libraries);
        _code.Call(BpfHelper.GetProcessAndThread).Move32(R0, R0).Store(BpfSize.Double, R10, thread, R0);
        Tell();
        _code.JumpIf(BpfCondition.NotEqual, R0, 0, late);
        for (var spell = 0; spell < Spells; spell++)
        {
            var (loop, over) = (_code.NewLabel(), _code.NewLabel());
            _code.Bind(loop).MayGoto(over);
            TakeAnswer(thread, taken);
            Yielding.Compile(_code, R6, number);
            _code.Call(BpfHelper.GetTimeNanoseconds).Load(BpfSize.Double, R1, R10, (short)(_record + FamilyRecord.TicketOffset)).Alu(BpfOperation.Subtract, R0, R1)
                .JumpIf(BpfCondition.Less, R0, PatienceNanoseconds, loop).Bind(over);
        }

        // It may have come while the thread had no processor.
        TakeAnswer(thread, taken);
        _code.Jump(late)
            .Bind(taken).Load(BpfSize.Double, R0, R0, sizeof(ulong)).Store(BpfSize.Double, R10, number, R0);
        Address(R1, _maps.Processes, _key).Call(BpfHelper.MapLookup);
        var left = _code.NewLabel();
        _code.JumpIf(BpfCondition.Equal, R0, 0, left).Load(BpfSize.Double, R1, R10, number).Store(BpfSize.Double, R0, FamilyMaps.ImageOffset, R1).Bind(left);
        Address(R1, _maps.Answers, thread).Call(BpfHelper.MapDelete).Jump(_end).Bind(late);
        Count(FamilyMaps.GapCounter);
    }

    /// <summary>Goes to <paramref name="taken"/> with the address of the answer in R0 when there is one to this question.</summary>
    private void TakeAnswer(short thread, BpfLabel taken)
    {
        var none = _code.NewLabel();
        Address(R1, _maps.Answers, thread).Call(BpfHelper.MapLookup).JumpIf(BpfCondition.Equal, R0, 0, none)
            .Load(BpfSize.Double, R1, R0, 0).Load(BpfSize.Double, R2, R10, (short)(_record + FamilyRecord.TicketOffset)).JumpIf(BpfCondition.Equal, R1, R2, taken)
            .Bind(none);
    }

    /// <summary>Leaves the address of this process's value in R0, or goes to the end when it is no member.</summary>
    private void FindOwn() => FindOwn(_end);

    private void FindOwn(BpfLabel none)
    {
        _code.Call(BpfHelper.GetProcessAndThread).Alu(BpfOperation.ShiftRight, R0, 32).Store(BpfSize.Double, R10, _key, R0);
        Address(R1, _maps.Processes, _key).Call(BpfHelper.MapLookup).JumpIf(BpfCondition.Equal, R0, 0, none);
    }

    private void BeginRecord(FamilyRecordKind kind) =>
        _code.Call(BpfHelper.GetTimeNanoseconds).Store(BpfSize.Double, R10, (short)(_record + FamilyRecord.TicketOffset), R0)
            .Store(BpfSize.Double, R10, (short)(_record + FamilyRecord.OtherOffset), 0).Store(BpfSize.Word, R10, (short)(_record + FamilyRecord.KindOffset), (int)kind)
            .Load(BpfSize.Double, R1, R10, _key).Store(BpfSize.Word, R10, (short)(_record + FamilyRecord.ProcessOffset), R1);

    /// <summary>Sends the record; R0 is not zero when it could not be sent, which is counted.</summary>
    private void Tell()
    {
        var told = _code.NewLabel();
        _code.LoadMap(R1, _maps.Ring).Move(R2, R10).Alu(BpfOperation.Add, R2, _record).Move(R3, FamilyRecord.Size).Move(R4, (int)RingBufferFlags.ForceWakeup).Call(BpfHelper.RingBufferOutput)
            .JumpIf(BpfCondition.Equal, R0, 0, told);
        Count(FamilyMaps.LostCounter);
        _code.Move(R0, 1).Bind(told);
    }

    private void Count(int counter)
    {
        _code.Move(R1, counter);
        LossCounter.Increment(_code, _maps.Counters, _frame);
    }

    private void ReadKernel(short place, int size) => _code.Move(R1, R10).Alu(BpfOperation.Add, R1, place).Move(R2, size).Call(BpfHelper.ProbeReadKernel);

    private void CopyFromUser(short place, int size) => _code.Move(R1, R10).Alu(BpfOperation.Add, R1, place).Move(R2, size).Call(BpfHelper.CopyFromUser);

    private BpfAssembler Address(BpfRegister register, int map, short key) => _code.LoadMap(register, map).Move(R2, R10).Alu(BpfOperation.Add, R2, key);
}

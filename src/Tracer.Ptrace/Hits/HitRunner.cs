using Tracer.Core.Backends;
using Tracer.Core.Evaluation;
using Tracer.Core.Plans;
using Tracer.Core.Probes;
using Tracer.Core.Records;
using Tracer.Elf;
using Tracer.Linux;
using Tracer.Ptrace.Tracees;

namespace Tracer.Ptrace.Hits;

/// <summary>Carries out a site's clauses over the registers and memory of the thread that hit it. Allocates nothing.</summary>
internal sealed class HitRunner(ISystemCallGate gate, TracePlan plan, TraceeMemory memory, IEventSink sink)
{
    private readonly RecordWriter _writer = new(plan);
    private RegisterSet _registers;
    private ulong _lostFrames;

    /// <summary>Frames that could not be saved.</summary>
    public ulong LostFrames => Volatile.Read(ref _lostFrames);

    /// <summary>Whether events went to the sink since the last <see cref="EndBatch"/>.</summary>
    public bool HasBatch { get; private set; }

    public void EndBatch()
    {
        HasBatch = false;
        sink.OnBatchEnd();
    }

    /// <summary>Runs the clauses; rip in <paramref name="registers"/> is the instruction's address, <paramref name="now"/> is in nanoseconds.</summary>
    public void Run(SitePlan site, Tracee tracee, in UserRegisters registers, long now)
    {
        Fill(registers);
        _registers.HasVectors = site.NeedsVectors && FillVectors(tracee.Tid);
        foreach (var clause in site.Clauses) Run(clause, tracee, now);
    }

    private void Run(SitePlan.PreparedClause prepared, Tracee tracee, long now)
    {
        var clause = prepared.Clause;
        FrameTable.Values values = default;
        scoped ReadOnlySpan<ulong> saved = default;
        if (clause.Guard is not null)
        {
            var guard = new ExpressionEvaluator(in _registers, memory, default);
            if (guard.Evaluate(clause.Guard, out var holds) != EvaluationStatus.Ok || holds == 0) return;
        }

        if (clause.Restore is not null)
        {
            var finder = new ExpressionEvaluator(in _registers, memory, default);
            if (finder.Evaluate(clause.Restore.Key, out var key) != EvaluationStatus.Ok) return;
            if (!tracee.Frames.TryTake(prepared.RestoreStore, key, out values)) return;
            saved = ((ReadOnlySpan<ulong>)values)[..clause.Restore.Store.ValueCount];
        }

        var evaluator = new ExpressionEvaluator(in _registers, memory, saved);
        if (clause.Emission is not null)
        {
            var record = _writer.Write(
                clause.Emission, ref evaluator, (ulong)now, plan.Target.ProcessId, tracee.Tid, -1, tracee.Name.At(gate, now));
            sink.OnEvent(new EventRecord(clause.Emission, record));
            HasBatch = true;
        }

        if (clause.Save is not null) Save(clause.Save, prepared.SaveStore, tracee, ref evaluator);
    }

    private void Save(FrameSave save, int store, Tracee tracee, ref ExpressionEvaluator evaluator)
    {
        FrameTable.Values values = default;
        var whole = evaluator.Evaluate(save.Key, out var key) == EvaluationStatus.Ok;
        for (var k = 0; whole && k < save.Values.Count; k++)
        {
            whole = evaluator.Evaluate(save.Values[k], out var value) == EvaluationStatus.Ok;
            values[k] = value;
        }

        if (whole) tracee.Frames.Save(store, key, values);
        else Volatile.Write(ref _lostFrames, _lostFrames + 1);
    }

    private void Fill(in UserRegisters from)
    {
        _registers[X64Register.Rax] = from.Rax;
        _registers[X64Register.Rdx] = from.Rdx;
        _registers[X64Register.Rcx] = from.Rcx;
        _registers[X64Register.Rbx] = from.Rbx;
        _registers[X64Register.Rsi] = from.Rsi;
        _registers[X64Register.Rdi] = from.Rdi;
        _registers[X64Register.Rbp] = from.Rbp;
        _registers[X64Register.Rsp] = from.Rsp;
        _registers[X64Register.R8] = from.R8;
        _registers[X64Register.R9] = from.R9;
        _registers[X64Register.R10] = from.R10;
        _registers[X64Register.R11] = from.R11;
        _registers[X64Register.R12] = from.R12;
        _registers[X64Register.R13] = from.R13;
        _registers[X64Register.R14] = from.R14;
        _registers[X64Register.R15] = from.R15;
        _registers[X64Register.Rip] = from.Rip;
        _registers[X64Register.Rflags] = from.Eflags;
        _registers[X64Register.FsBase] = from.FsBase;
        _registers[X64Register.GsBase] = from.GsBase;
    }

    private bool FillVectors(int tid)
    {
        if (gate.PtraceGetFloatingPoint(tid, out var vectors).IsError) return false;
        for (var k = 0; k < 16; k++) _registers.SetVector(k, (ulong)vectors.Xmm(k));
        return true;
    }
}

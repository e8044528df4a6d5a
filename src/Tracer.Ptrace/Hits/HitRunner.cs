using Tracer.Core.Aggregations;
using Tracer.Core.Backends;
using Tracer.Core.Evaluation;
using Tracer.Core.Execution;
using Tracer.Core.Plans;
using Tracer.Elf;
using Tracer.Linux;
using Tracer.Ptrace.Breakpoints;
using Tracer.Ptrace.Tracees;

namespace Tracer.Ptrace.Hits;

/// <summary>Has the plan's executor carry out a breakpoint's clauses over the thread that hit it. Allocates nothing.</summary>
internal sealed class HitRunner(ISystemCallGate gate, TracePlan plan, TraceeMemory memory, IEventSink sink)
{
    private readonly PlanExecutor _executor = new(plan, memory, sink);
    private readonly HitFacts _facts = new(gate, plan.Target.ProcessId);
    private RegisterSet _registers;

    public bool HasBatch => _executor.HasBatch;

    public void EndBatch() => _executor.EndBatch();

    public ulong ReadCounter(int counter) => _executor.ReadCounter(counter);

    public AggregationSnapshot ReadAggregation(int aggregation, bool reset) => _executor.ReadAggregation(aggregation, reset);

    public ulong ForgetThreads() => _executor.ForgetThreads();

    public void ForgetThread(int tid) => _executor.ForgetThread(tid);

    /// <summary>Runs the clauses; rip in <paramref name="registers"/> is the instruction's address, <paramref name="now"/> is in nanoseconds.</summary>
    public void Run(Breakpoint breakpoint, Tracee tracee, in UserRegisters registers, long now)
    {
        Fill(registers);
        _registers.HasVectors = breakpoint.NeedsVectors && FillVectors(tracee.Tid);
        _facts.MoveTo(tracee, now);
        _executor.Run(breakpoint.Site, in _registers, _facts, tracee.Frames);
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

using Tracer.Core.Aggregations;
using Tracer.Core.Backends;
using Tracer.Core.Evaluation;
using Tracer.Core.Execution;
using Tracer.Core.Plans;
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
        RegisterCopy.General(in registers, ref _registers);
        _registers.HasVectors = breakpoint.NeedsVectors && FillVectors(tracee.Tid);
        _facts.MoveTo(tracee, now);
        _executor.Run(breakpoint.Site, in _registers, _facts, tracee.Frames);
    }

    private bool FillVectors(int tid)
    {
        if (gate.PtraceGetFloatingPoint(tid, out var vectors).IsError) return false;
        for (var k = 0; k < 16; k++) _registers.SetVector(k, (ulong)vectors.Xmm(k));
        return true;
    }
}

using Tracer.Core.Evaluation;
using Tracer.Core.Execution;
using Tracer.Linux;

namespace Tracer.Uprobes.Perf;

/// <summary>Has the plan's executor carry out the clauses of each sample, and keeps account of the target's threads. Allocates only for new threads.</summary>
internal sealed class RecordHandler(ISystemCallGate gate, int processId, SiteEvents events, PlanExecutor executor, LateMemory memory) : IPerfRecordVisitor
{
    private readonly Dictionary<int, PerfThread> _threads = [];
    private readonly PerfHitFacts _facts = new(gate, processId, events.StackBytes > 0);
    private RegisterSet _registers;

    /// <summary>Learns the names of the threads there are. The rings are open, so that later births and renamings are in them.</summary>
    public void LearnThreads()
    {
        if (!new ProcFs(gate).Tasks(processId).TryGet(out var tids))
            return;
        foreach (var tid in tids)
            Thread(tid);
    }

    public void Visit(in PerfRecord record)
    {
        switch (record.Kind)
        {
            case PerfRecordKind.Sample when events.TryFind(record.Id, out var siteEvent):
                Hit(siteEvent, in record);
                break;
            case PerfRecordKind.Fork when record.ProcessId == processId:
                var born = new PerfThread(processId, record.ThreadId);
                if (_threads.TryGetValue(record.ParentThreadId, out var parent))
                    born.Rename(parent.Name);
                else
                    born.ReadName(gate);
                _threads[record.ThreadId] = born;
                break;
            case PerfRecordKind.Comm when record.ProcessId == processId:
                Thread(record.ThreadId).Rename(record.Comm);
                break;
            case PerfRecordKind.Exit when record.ProcessId == processId:
                _threads.Remove(record.ThreadId);
                executor.ForgetThread(record.ThreadId);
                break;
            default:
                break;
        }
    }

    private void Hit(SiteEvent siteEvent, in PerfRecord sample)
    {
        siteEvent.CountSeen();
        if (sample.ProcessId != processId)
            return;
        var words = sample.Registers;
        if (words.IsEmpty)
        {
            siteEvent.CountUnusable();
            return;
        }

        var thread = Thread(sample.ThreadId);
        SampleRegisters.Fill(ref _registers, words);
        _facts.MoveTo(thread, in sample);
        memory.Thread = thread.ThreadId;
        executor.Run(siteEvent.Site, in _registers, _facts, thread.Frames);
    }

    private PerfThread Thread(int threadId)
    {
        if (_threads.TryGetValue(threadId, out var thread))
            return thread;
        thread = new PerfThread(processId, threadId);
        thread.ReadName(gate);
        _threads.Add(threadId, thread);
        return thread;
    }
}

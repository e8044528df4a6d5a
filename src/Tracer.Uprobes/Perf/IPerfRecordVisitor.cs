namespace Tracer.Uprobes.Perf;

/// <summary>Takes the records of all CPUs in the order of their times.</summary>
internal interface IPerfRecordVisitor
{
    /// <summary>A record, valid during the call only.</summary>
    void Visit(in PerfRecord record);
}

using Tracer.Core.Evaluation;
using Tracer.Uprobes.Perf;

namespace Tracer.Fuzz.Targets;

/// <summary>Records of perf's rings.</summary>
public sealed class PerfRecordTarget : FuzzTarget
{
    /// <inheritdoc/>
    public override string Name => "perf-records";

    /// <inheritdoc/>
    public override int Count => 15_000;

    /// <inheritdoc/>
    public override int MaximumLength => 1 << 10;

    /// <inheritdoc/>
    public override IEnumerable<byte[]> Seeds => [Seed(9, 260), Seed(3, 64), Seed(7, 64), Seed(4, 64), Seed(2, 48)];

    /// <inheritdoc/>
    public override void Run(byte[] input, Outcome outcome)
    {
        var record = new PerfRecord(input);
        outcome.Add($"{record.Kind} {record.Time > 0} {record.Id > 0} {record.ProcessId > 0} {record.ThreadId > 0} {record.ParentThreadId > 0} {record.Cpu}");
        outcome.Add("comm", record.Comm.Length);
        outcome.Add("stack", record.Stack.Length);
        if (record.Registers.IsEmpty)
            return;
        var registers = default(RegisterSet);
        SampleRegisters.Fill(ref registers, record.Registers);
        outcome.Add("registers");
    }

    private static byte[] Seed(int kind, int length)
    {
        var bytes = new byte[length];
        new Random(kind).NextBytes(bytes);
        BitConverter.TryWriteBytes(bytes, kind);
        BitConverter.TryWriteBytes(bytes.AsSpan(6), (ushort)length);
        if (length > 48)
            BitConverter.TryWriteBytes(bytes.AsSpan(40), 2UL);
        if (length > 200)
            BitConverter.TryWriteBytes(bytes.AsSpan(192), 32UL);
        return bytes;
    }
}

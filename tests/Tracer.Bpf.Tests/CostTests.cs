using Tracer.Linux;
using static Tracer.Bpf.BpfRegister;

namespace Tracer.Bpf.Tests;

/// <summary>What a hit costs, by kind of program. Run on demand: <c>-explicit only</c>.</summary>
public class CostTests
{
    private const int Hits = 20_000;
    private const int Rounds = 60;

    [Fact(Explicit = true)]
    public void Cost_of_a_hit()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        using var target = new Target();
        using var ringMap = BpfMap.Create(LinuxSystemCalls.Instance, BpfMapDefinition.RingBuffer(1 << 26));
        using var scratch = Code.Counter(256);
        using var ring = RingBuffer.Open(ringMap);
        var lines = new List<string>();
        Measure("no probe", null);
        Measure("empty", new BpfAssembler().Move(R0, 0).Exit());
        Measure("count in an array", Code.Count(scratch));
        foreach (var size in (int[])[48, 100, 128])
        {
            Measure($"output {size} bytes from a map value", Fill(new BpfAssembler().Move(R6, R1).LoadMapValue(R7, scratch.Descriptor, 0), size)
                .LoadMap(R1, ringMap.Descriptor).Move(R2, R7).Move(R3, size).Move(R4, (int)RingBufferFlags.NoWakeup)
                .Call(BpfHelper.RingBufferOutput).Move(R0, 0).Exit());
        }

        foreach (var size in (int[])[48, 128])
            Measure($"reserve and submit {size} bytes", Reserve(size));
        foreach (var line in lines)
            TestContext.Current.SendDiagnosticMessage(line);

        BpfAssembler Reserve(int size)
        {
            var code = new BpfAssembler();
            var full = code.NewLabel();
            code.Move(R6, R1).LoadMap(R1, ringMap.Descriptor).Move(R2, size).Move(R3, 0).Call(BpfHelper.RingBufferReserve)
                .JumpIf(BpfCondition.Equal, R0, 0, full).Move(R7, R0);
            return Fill(code, size).Move(R1, R7).Move(R2, (int)RingBufferFlags.NoWakeup).Call(BpfHelper.RingBufferSubmit)
                .Bind(full).Move(R0, 0).Exit();
        }

        void Measure(string what, BpfAssembler? code)
        {
            using var program = code is null ? null : Code.Load(code);
            using var link = program is null ? null : UprobeMultiLink.Attach(
                LinuxSystemCalls.Instance, program, new UprobeMultiOptions(target.Executable, new[] { target.Hit }) { ProcessId = target.Id });
            var best = double.MaxValue;
            for (var i = 0; i < Rounds; i++)
            {
                best = Math.Min(best, target.Do("hit", Hits) / (double)Hits);
                ring.Drain(static _ => { });
            }

            lines.Add($"{what}: {best:f0} ns");
        }
    }

    /// <summary>The time, the thread and a few words at R7, as a record has them.</summary>
    private static BpfAssembler Fill(BpfAssembler code, int size)
    {
        code.Call(BpfHelper.GetTimeNanoseconds).Store(BpfSize.Double, R7, 0, R0)
            .Call(BpfHelper.GetProcessAndThread).Store(BpfSize.Double, R7, 8, R0)
            .Load(BpfSize.Double, R1, R6, Code.Rdi).Store(BpfSize.Double, R7, 16, R1)
            .Load(BpfSize.Double, R1, R6, Code.Rsi).Store(BpfSize.Double, R7, 24, R1);
        return size > 40 ? code.Store(BpfSize.Double, R7, 40, 1) : code;
    }
}

using System.Buffers.Binary;
using Tracer.Core.Backends;
using Tracer.Core.Evaluation;
using Tracer.Core.Plans;
using Tracer.Core.Records;
using Tracer.Elf;

namespace Tracer.Uprobes.Tests;

/// <summary>Programs compute what the managed evaluator computes: value, status, fault address and text of random expressions, byte for byte.</summary>
public class AgreementTests
{
    private const int Rounds = 8;
    private const int Probes = 12;
    private const int ValuesPerProbe = 12;
    private const int Hits = 12;

    [Fact]
    public async Task Random_expressions_have_the_same_record_from_the_kernel_and_from_the_evaluator()
    {
        using var fixture = Fixture.Start();
        var first = Environment.TickCount & 0xffffff;
        var statuses = new long[6];
        for (var round = 0; round < Rounds; round++)
            await Compare(fixture, first + round, statuses);
        TestContext.Current.SendDiagnosticMessage($"{statuses.Sum()} values from seed {first}: {string.Join(", ", statuses.Select((n, k) => $"{(EvaluationStatus)k} {n}"))}");

        // Every way an evaluation can end was really compared.
        Assert.All(statuses, n => Assert.True(n > 0, string.Join(' ', statuses)));
    }

    private static async Task Compare(Fixture fixture, int seed, long[] statuses)
    {
        var random = new RandomExpressions(seed, fixture.Data, fixture.Page());
        var probes = Enumerable.Range(0, Probes)
            .Select(p => fixture.Probe($"p{p}", "hit", [.. Enumerable.Range(0, p == 0 ? 3 : ValuesPerProbe).Select(_ => random.Value())])).ToArray();
        var plan = PlanBuilder.Build(fixture.Process, probes, 64);
        var sink = new RecordKeeper();
        var backend = new EbpfBackend();
        var hits = new List<RegisterSet>();
        await using var attachment = await backend.AttachAsync(plan, sink, TestContext.Current.CancellationToken);
        for (var k = 0; k < Hits; k++)
        {
            var numbers = RandomExpressions.Registers.Select(_ => random.Number()).ToArray();
            var registers = default(RegisterSet);
            for (var r = 0; r < numbers.Length; r++)
                registers[RandomExpressions.Registers[r]] = numbers[r];
            registers[X64Register.Rip] = fixture.At("hit").Address;
            hits.Add(registers);
            fixture.Do($"args {string.Join(' ', numbers)}");
        }

        await attachment.StopAsync();
        Assert.Equal(Hits * Probes, sink.Records.Count);
        var writer = new RecordWriter(plan);
        var facts = fixture.Facts();
        for (var k = 0; k < sink.Records.Count; k++)
        {
            var registers = hits[k / Probes];
            var emission = plan.Emissions[k % Probes];
            var evaluator = new ExpressionEvaluator(in registers, new EvaluationContext(fixture.Memory, facts, null, plan.TextLimit), []);
            var expected = writer.Write(emission, ref evaluator, facts)[RecordLayout.HeaderSize..];
            var actual = sink.Records[k].AsSpan(RecordLayout.HeaderSize);
            for (var v = 0; v < emission.Values.Count; v++)
            {
                statuses[expected[v * RecordLayout.SlotSize + RecordLayout.SlotStatusOffset]]++;
                var want = expected.Slice(v * RecordLayout.SlotSize, RecordLayout.SlotSize);
                var got = actual.Slice(v * RecordLayout.SlotSize, RecordLayout.SlotSize);
                if (!want.SequenceEqual(got))
                    Assert.Fail($"Seed {seed}, hit {k / Probes} of {emission.ProbeName}, value {v}: evaluator {Show(want)}, kernel {Show(got)}; {emission.Values[v].Expression}");
            }

            Assert.True(expected.SequenceEqual(actual), $"Seed {seed}: texts of hit {k / Probes} of {emission.ProbeName} differ.");
        }
    }

    private static string Show(ReadOnlySpan<byte> slot) =>
        $"0x{BinaryPrimitives.ReadUInt64LittleEndian(slot):x} {(EvaluationStatus)slot[RecordLayout.SlotStatusOffset]} "
        + $"charset {slot[RecordLayout.SlotCharsetOffset]}, {BinaryPrimitives.ReadUInt32LittleEndian(slot[RecordLayout.SlotTextBytesOffset..])} bytes";

    private sealed class RecordKeeper : IEventSink
    {
        public List<byte[]> Records { get; } = [];

        public void OnEvent(in EventRecord record)
        {
            // The record's own bytes, from its parts: the sink is shown no span of the whole.
            var text = new List<byte>();
            var slots = new List<byte>();
            Span<byte> slot = stackalloc byte[RecordLayout.SlotSize];
            foreach (var value in record)
            {
                slot.Clear();
                BinaryPrimitives.WriteUInt64LittleEndian(slot, value.Bits);
                BinaryPrimitives.WriteInt32LittleEndian(slot[RecordLayout.SlotTextBytesOffset..], value.TextBytes.Length);
                slot[RecordLayout.SlotStatusOffset] = (byte)value.Status;
                slot[RecordLayout.SlotCharsetOffset] = (byte)value.Charset;
                slots.AddRange(slot);
                text.AddRange(value.TextBytes);
            }

            Records.Add([.. new byte[RecordLayout.HeaderSize], .. slots, .. text]);
        }

        public void OnBatchEnd()
        {
        }
    }
}

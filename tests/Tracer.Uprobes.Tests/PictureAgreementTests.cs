using Tracer.Core.Backends;
using Tracer.Core.Evaluation;
using Tracer.Core.Expressions;
using Tracer.Core.Pictures;
using Tracer.Core.Plans;
using Tracer.Core.Records;
using Tracer.Core.Targets;
using Tracer.Elf;

namespace Tracer.Uprobes.Tests;

/// <summary>Programs take the pictures that the managed evaluator takes: the same regions with the same bytes, of random shapes over a page of random bytes.</summary>
public class PictureAgreementTests
{
    private const int Rounds = 6;
    private const int Probes = 6;
    private const int Hits = 12;

    [Fact]
    public async Task Random_pictures_are_the_same_from_the_kernel_and_from_the_evaluator()
    {
        using var fixture = Fixture.Start();
        var first = Environment.TickCount & 0xffffff;
        var (regions, empty, most) = (0, 0, 0);
        for (var round = 0; round < Rounds; round++)
        {
            var seed = first + round;
            var random = new Random(seed);
            var probes = Enumerable.Range(0, Probes).Select(p => fixture.Probe($"p{p}", "hit", Build.Register(X64Register.Rdi), Picture(random, fixture.Data))).ToArray();
            var plan = PlanBuilder.Build(fixture.Process, probes, 64);
            var sink = new PictureKeeper();
            await using var attachment = await new EbpfBackend().AttachAsync(plan, sink, TestContext.Current.CancellationToken);
            var hits = new List<RegisterSet>();
            for (var k = 0; k < Hits; k++)
            {
                var registers = default(RegisterSet);
                foreach (var register in RandomExpressions.Registers)
                    registers[register] = (ulong)random.NextInt64(0, 4096);
                hits.Add(registers);
                fixture.Do($"args {string.Join(' ', RandomExpressions.Registers.Select(r => registers[r]))}");
            }

            await attachment.StopAsync();
            Assert.Equal(Hits * Probes, sink.Pictures.Count);
            var writer = new RecordWriter(plan);
            var facts = fixture.Facts();
            for (var k = 0; k < sink.Pictures.Count; k++)
            {
                var registers = hits[k / Probes];
                var emission = plan.Emissions[k % Probes];
                var evaluator = new ExpressionEvaluator(in registers, new EvaluationContext(fixture.Memory, facts, null, plan.TextLimit), []);
                var expected = Regions(new EventRecord(emission, writer.Write(emission, ref evaluator, facts))[1].TextBytes, fixture.Memory);
                var actual = Regions(sink.Pictures[k], fixture.Memory);
                Assert.True(expected.SequenceEqual(actual), $"Seed {seed}, hit {k / Probes}, probe {k % Probes}:\n{string.Join('\n', expected)}\nkernel:\n{string.Join('\n', actual)}");
                regions += expected.Count;
                empty += expected.Count(r => r.EndsWith(':'));
                most = Math.Max(most, expected.Count);
            }
        }

        TestContext.Current.SendDiagnosticMessage($"{regions} regions from seed {first}, {empty} of them could not be read, at most {most} in a picture");
        Assert.True(regions > 1000 && empty > 0 && most > 20, $"{regions} {empty} {most}");
    }

    // Addresses are made of twelve bits of what is there, so that pointers lead somewhere.
    private static PictureExpression Picture(Random random, ulong data)
    {
        var at = new LoopVariableExpression(1);
        var shape = new PictureShape(
            0xff8,
            [Build.Add(Build.Constant(data), PictureShape.Object), Build.LoadPointer(at), Build.LoadPointer(Build.If(Build.Binary(BinaryOperator.Less, new LoopVariableExpression(2), Build.Constant(1UL << 61)), Build.Constant(8), at), 8)],
            random.Next(2) == 0 ? [] : [Build.Binary(BinaryOperator.And, new LoopVariableExpression(2), Build.Constant(0xfff))],
            [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Area(random, Build.If(Bit(new LoopVariableExpression(2), random.Next(20)), Where(random, data, at, new LoopVariableExpression(3)), Build.Constant(0)), new LoopVariableExpression(2)))]);
        return new PictureExpression(
            [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Area(random, Build.Add(Build.Constant(random.Next(6) == 0 ? 16 : data), Build.Register(Pick(random))), Build.Register(Pick(random))))],
            new ExpressionList(Build.Register(Pick(random))), shape, new PictureType(new NoFormat()));
    }

    private static PictureArea Area(Random random, Expression address, Expression number)
    {
        var count = Build.Binary(BinaryOperator.And, number, Build.Constant((ulong)random.Next(1, 64)));
        var stride = random.Next(4) == 0 ? Build.Add(Build.Constant(8), Build.Binary(BinaryOperator.And, number, Build.Constant(16))) : Build.Constant((ulong)random.Next(1, 4) * 8);
        return random.Next(4) == 0
            ? PictureArea.Bytes(address, count)
            : new PictureArea(address, count, stride, Build.Constant((ulong)random.Next(3) * 8), random.Next(2) == 0 ? PictureArea.NoPointer : Build.Constant((ulong)random.Next(3) * 8));
    }

    private static Expression Where(Random random, ulong data, Expression at, Expression number) => random.Next(4) switch
    {
        0 => at,
        1 => Build.Offset(at, random.Next(64)),
        2 => Build.Add(Build.Constant(data), Build.Binary(BinaryOperator.And, number, Build.Constant(0xfff))),
        _ => number,
    };

    private static Expression Bit(Expression number, int bit) => Build.Binary(BinaryOperator.And, number, Build.Constant(3UL << bit));

    private static X64Register Pick(Random random) => RandomExpressions.Registers[random.Next(RandomExpressions.Registers.Length)];

    // What lies between regions has no meaning.
    private static List<string> Regions(ReadOnlySpan<byte> bytes, ITargetMemory memory)
    {
        var picture = new PictureMemory(memory);
        picture.Load(bytes);
        var regions = new List<string>();
        var at = 0;
        for (var k = 0; k < picture.RegionCount; k++)
        {
            var (address, length) = picture.RegionAt(k);
            regions.Add($"{address:x}:{Convert.ToHexString(bytes.Slice(at + PictureLayout.HeaderSize, length))}");
            at += PictureLayout.HeaderSize + ((length + 7) & ~7);
        }

        Assert.Equal(bytes.Length, at);
        return regions;
    }

    private sealed class NoFormat : IPictureFormat
    {
        public IPictureReader Open(ITargetMemory memory) => throw new NotSupportedException();
    }

    private sealed class PictureKeeper : IEventSink
    {
        public List<byte[]> Pictures { get; } = [];

        public void OnEvent(in EventRecord record) => Pictures.Add(record[1].TextBytes.ToArray());

        public void OnBatchEnd()
        {
        }
    }
}

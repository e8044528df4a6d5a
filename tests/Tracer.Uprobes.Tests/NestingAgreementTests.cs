using Tracer.Core.Aggregations;
using Tracer.Core.Evaluation;
using Tracer.Core.Execution;
using Tracer.Core.Expressions;
using Tracer.Core.Plans;
using Tracer.Core.Probes;
using Tracer.Elf;

namespace Tracer.Uprobes.Tests;

/// <summary>Entries and returns in random order, too many of either, are paired in the kernel as in this process.</summary>
public class NestingAgreementTests
{
    private const int Hits = 1500;

    [Fact]
    public async Task Random_nesting_is_paired_alike()
    {
        using var fixture = Fixture.Start();
        var seed = Environment.TickCount & 0xffffff;
        var random = new Random(seed);
        var nesting = new CallNesting("test");
        var which = Build.Register(X64Register.Rdi);
        var left = new Aggregation("", AggregationFunction.Count, [new AggregationKey("key", IntegerType.UInt64)]);
        var ordered = new Aggregation("", AggregationFunction.Sum, []) { ValueType = IntegerType.UInt64 };
        // The entry lies before the return: 1 for each.
        var isOrdered = Build.Convert(
            new BinaryExpression(BinaryOperator.LessOrEqual, new BuiltInExpression(BuiltInValue.EntryTimestamp), new BuiltInExpression(BuiltInValue.Timestamp)), IntegerType.UInt64);
        ProbeProgram[] programs =
        [
            new(Guarded("leave", 1)) { Leave = nesting, Actions = [new AggregateAction(left, new ExpressionList(Build.Register(X64Register.Rsi))), new AggregateAction(ordered, new ExpressionList(), isOrdered)] },
            new(Guarded("enter", 0)) { Enter = nesting },
        ];
        var plan = PlanBuilder.Build(fixture.Process, programs);
        var expected = new PlanExecutor(plan, fixture.Memory, new Counter(1));
        var (facts, frames, depth, deepest, missing) = (fixture.Facts(), new FrameTable(), 0, 0, 0);
        await using var attachment = await new EbpfBackend().AttachAsync(plan, new Counter(1), TestContext.Current.CancellationToken);
        for (var k = 0; k < Hits; k++)
        {
            // In long waves, so that it goes beyond what a record holds and comes back to nothing.
            // The first leave what was not entered.
            var leave = k < 3 || random.Next(10) < (k / 100 % 2 == 0 ? 3 : 7) ? 1UL : 0;
            var key = (ulong)random.Next(4);
            missing += leave == 1 && depth == 0 ? 1 : 0;
            depth += leave == 0 ? 1 : depth == 0 ? 0 : -1;
            deepest = Math.Max(deepest, depth);
            var registers = default(RegisterSet);
            registers[X64Register.Rdi] = leave;
            registers[X64Register.Rsi] = key;
            registers[X64Register.Rip] = fixture.At("hit").Address;
            fixture.Do($"args {leave} {key} 0 0 0 0");
            facts[BuiltInValue.Timestamp] = (ulong)k + 1;
            expected.Run(plan.Sites[0], in registers, facts, frames);
        }

        await attachment.StopAsync();
        Assert.True(deepest > 20 && missing > 0, $"Seed {seed}: {deepest} deep, {missing} without an entry.");
        foreach (var counter in Enumerable.Range(0, plan.Counters.Count))
            Assert.True(expected.ReadCounter(counter) == attachment.ReadCounter(counter), $"Seed {seed}: counter {counter} is {attachment.ReadCounter(counter)} in the kernel, {expected.ReadCounter(counter)} here.");
        Assert.Equal((ulong)depth, attachment.OpenFrames);
        for (var a = 0; a < 2; a++)
            Assert.Equal(Show(expected.ReadAggregation(a, reset: false)), Show(attachment.ReadAggregation(a, reset: false)));

        Probe Guarded(string name, ulong value) => fixture.Probe(name, new ProbeSite(fixture.At("hit"), new ExpressionList()) { Guard = Build.EqualTo(which, value) });
    }

    private static string[] Show(AggregationSnapshot snapshot) => [.. snapshot.Rows.Select(r => $"{string.Join(' ', r.Keys)}: {r.Value}").Order(StringComparer.Ordinal)];
}

using Tracer.Core.Aggregations;
using Tracer.Core.Backends;
using Tracer.Core.Evaluation;
using Tracer.Core.Execution;
using Tracer.Core.Expressions;
using Tracer.Core.Plans;
using Tracer.Core.Splitting;
using Tracer.Elf;

namespace Tracer.Uprobes.Tests;

/// <summary>
/// Programs of the kernel do what the executor in this process does: rows, values, faults and what variables hold, for random conditions, assignments and
/// aggregations.
/// </summary>
public class ProgramAgreementTests
{
    private const int Rounds = 40;
    private const int Programs = 6;
    private const int Hits = 80;

    private static readonly AggregationFunction[] Functions = Enum.GetValues<AggregationFunction>();

    private static readonly Buckets[] Histograms =
        [PowerOfTwoBuckets.Instance, new LinearBuckets(-100, 1000, 7), new LinearBuckets(0, 50, 50), new LogLinearBuckets(10, 0, 6, 20), new LogLinearBuckets(2, 3, 40, 4)];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Random_programs_have_the_same_outcome_in_the_kernel_and_in_this_process(bool wild)
    {
        using var fixture = Fixture.Start();
        // SHARPTRACE_SEED=N runs the rounds from that seed on again.
        var first = int.TryParse(Environment.GetEnvironmentVariable("SHARPTRACE_SEED"), out var seed) ? seed : Environment.TickCount & 0xffffff;
        var tally = new Tally();
        for (var round = 0; round < Rounds; round++)
            await Compare(fixture, first + round, wild, tally);
        TestContext.Current.SendDiagnosticMessage($"From seed {first}: {tally}");
        Assert.Equal(wild, tally.Split > 20);
        Assert.True(tally is { Rows: > 500, Values: > 10_000, Faults: > 0, ValueFaults: > 0, Overflow: > 0, UnreadableKeys: > 0 }, tally.ToString());
    }

    private static async Task Compare(Fixture fixture, int seed, bool wild, Tally tally)
    {
        var random = new RandomExpressions(seed, fixture.Data, fixture.Page()) { IsWild = wild };
        var variables = MakeVariables();
        random.Variables.AddRange(variables);
        var probe = fixture.Probe("p", "hit", Build.Register(X64Register.Rdi));
        var programs = Enumerable.Range(0, Programs).Select(_ => new ProbeProgram(probe)
        {
            Condition = random.Below(3) == 0 ? random.Test() : null,
            Actions = [.. Enumerable.Range(0, 1 + random.Below(3)).Select(_ => Action(random, variables))],
        }).ToArray();
        var plan = PlanBuilder.Build(fixture.Process, programs, 64);
        if (PlanSplitter.Split(plan, e => Compilation.KernelLimits.Refuse(e, plan.TextLimit)) is { } split)
            tally.Split += split.Clauses.Count;
        var expected = new PlanExecutor(plan, fixture.Memory, new NoSink());
        var facts = fixture.Facts();
        var frames = new FrameTable();
        await using var attachment = await new SplittingBackend(new EbpfBackend()).AttachAsync(plan, new NoSink(), TestContext.Current.CancellationToken);
        for (var k = 0; k < Hits; k++)
        {
            var numbers = RandomExpressions.Registers.Select(_ => random.Number()).ToArray();
            var registers = default(RegisterSet);
            for (var r = 0; r < numbers.Length; r++)
                registers[RandomExpressions.Registers[r]] = numbers[r];
            registers[X64Register.Rip] = fixture.At("hit").Address;
            fixture.Do($"args {string.Join(' ', numbers)}");
            expected.Run(plan.Sites[0], in registers, facts, frames);
        }

        // The middle of a trace may be looked at; what it shows is not taken away.
        _ = attachment.ReadAggregation(0, reset: false);
        await attachment.StopAsync();
        await attachment.Completion;
        var counters = Enumerable.Range(0, plan.Counters.Count).ToArray();
        var (want, got) = (string.Join(' ', counters.Select(expected.ReadCounter)), string.Join(' ', counters.Select(attachment.ReadCounter)));
        Assert.True(want == got, $"Seed {seed}: the counters are {got} in the kernel, {want} here.");
        tally.Faults += (long)expected.ReadCounter(plan.Counters.Faults);
        for (var a = 0; a < plan.Aggregations.Count; a++)
            CompareRows(seed, expected.ReadAggregation(a, reset: false), attachment.ReadAggregation(a, reset: false), tally);
    }

    private static Variable[] MakeVariables() =>
    [
        new("g", VariableScope.Global, IntegerType.Int64),
        new("t", VariableScope.Thread, IntegerType.UInt32),
        new("f", VariableScope.Global, IntegerType.UInt32) { FieldCount = 2 },
        new("u", VariableScope.Thread, IntegerType.Int64) { FieldCount = 2 },
        new("b", VariableScope.Global, IntegerType.Int32, IntegerType.UInt8) { FieldCount = 2 },
        new("a", VariableScope.Global, IntegerType.Int16, IntegerType.Int32, IntegerType.UInt8),
        new("s", VariableScope.Thread, IntegerType.UInt64, IntegerType.Int64),
    ];

    private static ClauseAction Action(RandomExpressions random, Variable[] variables)
    {
        if (random.Below(3) == 0)
        {
            var variable = variables[random.Below(variables.Length)];
            return new AssignAction(random.Element(variable, 1) with { Field = 0 }, random.Below(5) == 0 ? Build.Constant(0, variable.Type) : random.Number(variable.Type))
            {
                Second = variable.FieldCount > 1 && random.Below(4) > 0 ? random.Number(variable.Type) : null,
            };
        }

        var function = Functions[random.Below(Functions.Length)];
        var keys = Enumerable.Range(0, random.Below(4)).Select(_ => random.Below(2) == 0 ? random.Text() : Few(random)).ToArray();
        var type = random.Type();
        var aggregation = new Aggregation("", function, [.. keys.Select((k, n) => new AggregationKey($"k{n}", k.Type))])
        {
            ValueType = type,
            Buckets = Histograms[random.Below(Histograms.Length)],
            // The kernel has a table for each size of text: only without text do both run full at the same hit.
            Capacity = Array.TrueForAll(keys, k => k.Type is IntegerType) && random.Below(3) == 0 ? 2 : 1000,
        };
        return new AggregateAction(aggregation, new ExpressionList(keys), function == AggregationFunction.Count ? null : random.Number(type));
    }

    // A number of few different values, so that rows get more than one hit.
    private static Expression Few(RandomExpressions random)
    {
        var type = random.Type();
        return Build.Binary(BinaryOperator.And, random.Number(type), Build.Constant(7, type));
    }

    private static void CompareRows(int seed, AggregationSnapshot expected, AggregationSnapshot actual, Tally tally)
    {
        tally.Overflow += (long)expected.Overflow;
        tally.ValueFaults += (long)expected.Faults;
        var want = Show(expected);
        var got = Show(actual);
        Assert.True(want.SequenceEqual(got), $"Seed {seed}, {expected.Aggregation.Function} by {expected.Aggregation.Keys.Count} keys:\nhere\n{string.Join('\n', want)}\nkernel\n{string.Join('\n', got)}");
        tally.Rows += want.Length;
        tally.Values += (long)expected.Rows.Sum(r => (decimal)r.Count);
        tally.UnreadableKeys += expected.Rows.Count(r => r.Keys.Any(k => !k.HasValue));
    }

    private static string[] Show(AggregationSnapshot snapshot) => [.. snapshot.Rows.Select(r =>
        $"[{string.Join(", ", r.Keys.Select(k => $"{k.Status} {(k.HasValue ? k.ToString() : "")}"))}] {r.Count} {r.Value} {r.Mean} {r.StandardDeviation} "
        + (r.Aggregation.Function == AggregationFunction.Histogram ? string.Join(' ', Enumerable.Range(0, r.Aggregation.Buckets.Count).Where(b => r.InBucket(b) > 0).Select(b => $"{b}:{r.InBucket(b)}")) : ""))
        .Order(StringComparer.Ordinal)];

    private sealed class Tally
    {
        public long Rows { get; set; }

        public long Split { get; set; }

        public long Values { get; set; }

        public long Faults { get; set; }

        public long ValueFaults { get; set; }

        public long Overflow { get; set; }

        public long UnreadableKeys { get; set; }

        public override string ToString() =>
            $"{Split} clauses split, {Rows} rows of {Values} values, {Faults} faults, {ValueFaults} unreadable values, {Overflow} hits beyond the capacity, {UnreadableKeys} rows with an unreadable key";
    }

    private sealed class NoSink : IEventSink
    {
        public void OnEvent(in Core.Records.EventRecord record)
        {
        }

        public void OnBatchEnd()
        {
        }
    }
}

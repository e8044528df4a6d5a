using System.Globalization;
using Tracer.Core.Evaluation;
using Tracer.Testing;
using Xunit;

namespace Tracer.Cli.Tests.Strings;

/// <summary>Threads on one processor whose programs wait for pages at the same time: nothing of one hit gets into another.</summary>
public sealed class WaitingTests
{
    private const string Probe = "sleepers:hit(int64, int64, string, int64)";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(2)]
    [InlineData(6)]
    public async Task Every_event_has_the_values_of_its_own_hit(int threads)
    {
        const int Rounds = 100;
        using var target = LiveTarget.Start(Repository.Fixture("strings/sleepers"), [$"{threads}", $"{Rounds}"]);
        SkipWithout(target.ReadLine(Patience));
        await using var session = await TraceSession.AttachAsync(target.Pid, new TraceOptions { Probes = [Probe], Backend = BackendChoice.Ebpf }, TestContext.Current.CancellationToken);
        target.WriteLine();
        Assert.Equal($"end {threads * Rounds}", target.ReadLine(Patience));
        await session.StopAsync();
        var seen = 0UL;
        await foreach (var e in session.Events)
        {
            var thread = e.Values[0].Int64;
            Assert.Equal(EvaluationStatus.Ok, e.Values[2].Status);
            Assert.Equal($"{thread} {e.Values[1].Int64}", e.Values[2].Text);
            Assert.Equal(~thread, e.Values[3].Int64);
            seen++;
        }

        var summary = session.Summarise();
        Assert.Equal((ulong)(threads * Rounds), seen + summary.Lost);
        // Threads that cannot wait any longer are counted: they are few.
        Assert.InRange(summary.Lost, 0UL, (ulong)(threads > 2 ? threads * Rounds / 2 : 0));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(6)]
    public async Task Every_row_has_the_keys_of_its_own_hit(int threads)
    {
        const int Rounds = 100;
        using var target = LiveTarget.Start(Repository.Fixture("strings/sleepers"), [$"{threads}", $"{Rounds}"]);
        SkipWithout(target.ReadLine(Patience));
        var options = new TraceOptions { Probes = [Probe], Backend = BackendChoice.Ebpf, Queries = [TraceQuery.Count("arg0, arg1, arg2, arg3")] };
        await using var session = await TraceSession.AttachAsync(target.Pid, options, TestContext.Current.CancellationToken);
        target.WriteLine();
        Assert.Equal($"end {threads * Rounds}", target.ReadLine(Patience));
        await session.StopAsync();
        var rows = Assert.Single(session.ReadAggregations()).Rows;
        foreach (var row in rows)
        {
            var thread = row.Keys[0].Int64;
            Assert.Equal($"{thread} {row.Keys[1].Int64}", row.Keys[2].Text);
            Assert.Equal(~thread, row.Keys[3].Int64);
            Assert.Equal(1UL, row.Count);
        }

        var summary = session.Summarise();
        Assert.Equal((ulong)(threads * Rounds), (ulong)rows.Count + summary.Lost);
        Assert.InRange(summary.Lost, 0UL, (ulong)(threads > 2 ? threads * Rounds / 2 : 0));
    }

    private static void SkipWithout(string line) => Assert.SkipUnless(line == "ready", string.Create(CultureInfo.InvariantCulture, $"this kernel does not let a program wait for pages: {line}"));
}

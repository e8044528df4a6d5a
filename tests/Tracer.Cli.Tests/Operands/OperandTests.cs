using Tracer.Core.Evaluation;
using Tracer.Core.Events;
using Tracer.Testing;
using Xunit;

namespace Tracer.Cli.Tests.Operands;

/// <summary>Every operand form, compiled by gcc and clang at every level: the traced value is the one the program printed.</summary>
public sealed class OperandTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static TheoryData<string, BackendChoice> Builds()
    {
        var data = new TheoryData<string, BackendChoice>();
        foreach (var compiler in new[] { "gcc", "clang" })
        {
            for (var level = 0; level <= 3; level++)
            {
                foreach (var kind in new[] { "", "-nopie", "-so" })
                {
                    foreach (var stripped in new[] { "", ".stripped" })
                    {
                        data.Add($"{compiler}-O{level}{kind}{stripped}", BackendChoice.Ebpf);
                        data.Add($"{compiler}-O{level}{kind}{stripped}", BackendChoice.Ptrace);
                    }
                }
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Builds))]
    public async Task Traced_values_are_the_printed_ones(string build, BackendChoice backend)
    {
        var program = Repository.Fixture($"operands/{build}");
        Assert.SkipUnless(File.Exists(program), $"{program} was not built");
        using var target = LiveTarget.Start(program, []);
        target.ReadLine(Patience);
        // A first round without a tracer tells which arguments are text.
        var shapes = Round(target);
        var specs = shapes.Select(e => e.Spec).Distinct().ToArray();
        await using var session = await TraceSession.AttachAsync(
            target.Pid, new TraceOptions { Probes = specs, Backend = backend, TextLimit = 256 }, TestContext.Current.CancellationToken);
        var expected = Round(target);
        await session.StopAsync();
        var events = new List<TraceEvent>();
        await foreach (var e in session.Events)
            events.Add(e);
        Assert.Equal(0UL, session.LostEvents);
        Assert.Equal(expected.Select(e => "operands:" + e.Probe), events.Select(e => e.Probe));

        var wrong = new List<string>();
        var whole = 0;
        for (var k = 0; k < expected.Count; k++)
        {
            for (var argument = 0; argument < expected[k].Values.Count; argument++)
            {
                var (printed, traced) = (expected[k].Values[argument], events[k].Values[argument]);
                if (ExpectedEvent.Same(printed, traced))
                    whole++;
                else if (!IsExcused(printed, traced, backend))
                    wrong.Add($"{expected[k].Probe} argument {argument}: printed {printed.Type} {printed.Value}, traced {traced} ({traced.Status})");
            }
        }

        Assert.Empty(wrong);
        Assert.True(whole > 300, $"only {whole} values were compared");
    }

    // Missing values need a reason that belongs to this build: what is malformed on purpose, what no symbol table has, what a uprobe's registers lack.
    private static bool IsExcused((string Type, string Value) printed, TraceValue traced, BackendChoice backend)
    {
        if (printed.Type == "bad")
            return traced.Status == EvaluationStatus.Unavailable;
        if (traced.Status != EvaluationStatus.Unavailable)
            return false;
        if (traced.Reason!.StartsWith("xmm", StringComparison.Ordinal))
            return backend == BackendChoice.Ebpf;
        string[] known = ["symbol", "ambiguous", "tpoff"];
        return known.Any(k => traced.Reason.Contains(k, StringComparison.Ordinal));
    }

    private static List<ExpectedEvent> Round(LiveTarget target)
    {
        var events = new List<ExpectedEvent>();
        target.WriteLine();
        while (target.ReadLine(Patience) is { } line && !line.StartsWith("done", StringComparison.Ordinal))
        {
            if (ExpectedEvent.Parse(line) is { } e)
                events.Add(e);
        }

        return events;
    }
}

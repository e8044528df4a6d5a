using System.Globalization;
using Tracer.Testing;
using Xunit;

namespace Tracer.Cli.Tests.Agreement;

/// <summary>
/// The same probes of the same process, which does the same again, by one backend after the other: every event of every thread with every value, in the thread's order, is
/// the same.
/// </summary>
public sealed class BackendAgreementTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private static readonly BackendChoice[] All = [BackendChoice.Ebpf, BackendChoice.Perf, BackendChoice.Ptrace];

    [Theory]
    [InlineData("work 4 10", 4 * ((10 * 2 * 15) + 1), "aggregate:work__entry", "aggregate:work__return")]
    [InlineData("work 3 10", 3 * 10 * 2 * 15, "uprobe:aggregate:work", "uretprobe:aggregate:work")]
    [InlineData("work 2 10", 2 * ((10 * 3 * 15) + 1), "uprobe:aggregate:work", "aggregate:work__entry", "aggregate:work__return")]
    [InlineData("calls 1", 5050, "aggregate:call(int32, _, int64)")]
    public async Task Nested_calls_of_several_threads_are_the_same_events_by_every_backend(string command, int count, params string[] probes)
    {
        using var target = new Queries.AggregateFixture();
        await Compare(target.Pid, probes, count, () => target.Do(command));
    }

    [Theory]
    [InlineData("rate:hit(_, string, _)")]
    [InlineData("rate:hit")]
    public async Task Texts_and_numbers_of_threads_that_fire_at_full_speed_are_the_same(string probe)
    {
        using var target = LiveTarget.Start(Repository.Fixture("rate/rate"), ["500", "4"]);
        target.ReadLine(Patience);
        await Compare(target.Pid, [probe], 2000, () =>
        {
            target.WriteLine();
            target.ReadLine(Patience);
        });
    }

    private static async Task Compare(int processId, string[] probes, int count, Action act)
    {
        string[]? first = null;
        foreach (var backend in All)
        {
            var options = new TraceOptions { Probes = probes, Backend = backend };
            await using var session = await TraceSession.AttachAsync(processId, options, TestContext.Current.CancellationToken);
            act();
            await session.StopAsync();
            var threads = new Dictionary<int, List<string>>();
            await foreach (var e in session.Events)
            {
                if (!threads.TryGetValue(e.ThreadId, out var list))
                    threads.Add(e.ThreadId, list = []);
                // A call that the kernel follows returns where it was entered.
                var place = e.Probe.StartsWith("uretprobe:", StringComparison.Ordinal) ? "" : $" at {e.Location}";
                list.Add($"{e.Probe}{place}: {string.Join(", ", e.Values.Select(v => $"{v.Name} = {v} ({v.Type}, {v.Status})"))}");
            }

            Assert.Equal(0UL, session.LostEvents);
            Assert.Equal(count, threads.Values.Sum(l => l.Count));
            // Threads of one run are not those of the next; what they do is.
            string[] sequences = [.. threads.Values.Select(l => string.Join('\n', l)).Order(StringComparer.Ordinal)];
            first ??= sequences;
            Assert.Equal(first.Length, sequences.Length);
            for (var k = 0; k < first.Length; k++)
                Assert.True(first[k] == sequences[k], string.Create(CultureInfo.InvariantCulture, $"{backend}, thread {k}:\n{sequences[k]}\nis not what {All[0]} saw:\n{first[k]}"));
        }
    }
}

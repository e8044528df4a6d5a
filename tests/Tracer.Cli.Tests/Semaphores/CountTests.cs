using System.Globalization;
using Tracer.Testing;
using Xunit;

namespace Tracer.Cli.Tests.Semaphores;

/// <summary>Programs that count their own probes: several sites of one name, threads that come and go.</summary>
public sealed class CountTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [Theory]
    [InlineData("sites", BackendChoice.Ebpf)]
    [InlineData("sites", BackendChoice.Ptrace)]
    [InlineData("sites-nopie", BackendChoice.Ebpf)]
    [InlineData("sites-nopie", BackendChoice.Ptrace)]
    [InlineData("sites-clang", BackendChoice.Ebpf)]
    [InlineData("sites-clang", BackendChoice.Ptrace)]
    [InlineData("sites.stripped", BackendChoice.Ebpf)]
    [InlineData("sites.stripped", BackendChoice.Ptrace)]
    public async Task Every_site_of_a_name_has_its_own_operands(string program, BackendChoice backend)
    {
        using var target = LiveTarget.Start(Repository.Fixture("sites/" + program), ["50"]);
        target.ReadLine(Patience);
        var options = new TraceOptions { Probes = ["sites:*"], Backend = backend };
        await using var session = await TraceSession.AttachAsync(target.Pid, options, TestContext.Current.CancellationToken);
        target.WriteLine();
        var expected = new List<string>();
        string line;
        while ((line = target.ReadLine(Patience)).StartsWith("site", StringComparison.Ordinal))
            expected.Add(line.Replace('\t', ' '));
        await session.StopAsync();
        var sums = new SortedDictionary<long, (long Count, long Sum)>();
        var unresolved = new HashSet<long>();
        long multi = 0, single = 0;
        await foreach (var e in session.Events)
        {
            if (e.Probe == "sites:single")
            {
                single++;
                continue;
            }

            multi++;
            if (!e.Values[1].HasValue)
            {
                // The operand names a local symbol, which a stripped file has lost.
                Assert.EndsWith(".stripped", program, StringComparison.Ordinal);
                Assert.Contains("symbol", e.Values[1].Reason, StringComparison.Ordinal);
                unresolved.Add(e.Values[0].Int64);
            }

            var (count, sum) = sums.GetValueOrDefault(e.Values[0].Int64);
            sums[e.Values[0].Int64] = (count + 1, sum + e.Values[1].Int64);
        }

        Assert.Equal(line, string.Create(CultureInfo.InvariantCulture, $"done multi={multi} single={single}"));
        Assert.True(unresolved.Count <= 2);
        Assert.Equal(expected.Select(Comparable), sums.Select(s => Comparable(string.Create(CultureInfo.InvariantCulture, $"site {s.Key} {s.Value.Count} {s.Value.Sum}"))));

        // Without its values, a site still has its number of events.
        string Comparable(string site)
        {
            var fields = site.Split(' ');
            return unresolved.Contains(long.Parse(fields[1], CultureInfo.InvariantCulture)) ? string.Join(' ', fields[..3]) : site;
        }
    }

    [Theory]
    [InlineData(BackendChoice.Ebpf)]
    [InlineData(BackendChoice.Ptrace)]
    [InlineData(BackendChoice.Perf)]
    public async Task Threads_that_are_born_and_die_under_the_tracer_lose_no_event(BackendChoice backend)
    {
        using var target = LiveTarget.Start(Repository.Fixture("threads/threads"), ["500", "8", "10"]);
        target.ReadLine(Patience);
        var options = new TraceOptions { Probes = ["threads:churn"], Backend = backend };
        await using var session = await TraceSession.AttachAsync(target.Pid, options, TestContext.Current.CancellationToken);
        target.WriteLine();
        Assert.Equal("done fired=5000 threads=500", target.ReadLine(Patience));
        await session.StopAsync();
        var perThread = new Dictionary<long, List<long>>();
        await foreach (var e in session.Events)
        {
            if (!perThread.TryGetValue(e.Values[0].Int64, out var list))
                perThread.Add(e.Values[0].Int64, list = []);
            list.Add(e.Values[1].Int64);
        }

        Assert.Equal(0UL, session.LostEvents);
        Assert.Equal(500, perThread.Count);
        Assert.All(perThread.Values, l => Assert.Equal(10, l.Distinct().Count()));
        Assert.All(perThread.Values, l => Assert.Equal(10, l.Count));
        target.WriteLine("quit");
        Assert.Equal(0, target.WaitForExit(Patience).ExitCode);
    }
}

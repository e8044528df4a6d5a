using System.Globalization;
using System.Runtime.CompilerServices;
using Tracer.Core.Plans;
using Tracer.Core.Probes;
using Tracer.Core.Runtimes;
using Tracer.Core.Targets;
using Tracer.Linux;
using Tracer.Ptrace;
using Tracer.Runtimes.Python;
using Tracer.Runtimes.Python.Threads;
using Tracer.Testing;
using Tracer.Uprobes;
using Tracer.Uprobes.Perf;

namespace Tracer.Runtimes.Tests.Python;

/// <summary>Watches lines of native-tests/python/lined.py, of which sys.settrace tells how often they are executed, in a thread of each age.</summary>
public sealed class LineTests
{
    private const int MostWatched = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    public static TheoryData<string> Builds() => [.. Pythons.Names];

    [Theory]
    [MemberData(nameof(Builds))]
    public async Task Every_line_fires_as_often_as_it_is_executed(string name)
    {
        using var lined = Lined.Start(name);
        var truth = lined.Do("truth").Select(l => l.Split(' ')).Where(w => w.Length == 3)
            .Select(w => (Name: w[0], Place: w[1], Count: int.Parse(w[2], CultureInfo.InvariantCulture))).ToArray();
        Assert.Equal(14, truth.Length);
        Assert.All(truth, t => Assert.True(t.Count > 0, t.ToString()));
        using var process = new TargetOpener(LinuxSystemCalls.Instance).Open(lined.Pid);
        var probes = truth.Select(t => (Truth: t, Probe: lined.Find(process, t.Place))).ToList();
        var seen = new Dictionary<string, int>();
        while (probes.Count > 0)
        {
            // As many as fit into the debug registers.
            var places = 0;
            var group = probes.TakeWhile(p => (places += p.Probe.Sites.Count) <= MostWatched).ToArray();
            Assert.NotEmpty(group);
            probes.RemoveRange(0, group.Length);
            var plan = PlanBuilder.Build(process, group.Select(g => g.Probe));
            var backend = new EbpfBackend();
            Assert.SkipUnless(backend.Evaluate(plan).IsSupported, $"ebpf: {backend.Evaluate(plan).Reason}");
            var events = new EventSink();
            await using var attachment = await backend.AttachAsync(plan, events, TestContext.Current.CancellationToken);
            lined.Do("forget");
            lined.Do("run");
            await attachment.StopAsync();
            Assert.All(plan.Emissions, e => Assert.Equal(0UL, attachment.LostEvents(e.Index)));
            foreach (var e in events.Of("line"))
                seen[$"{e[0].Split('/')[^1]}:{e[2]}"] = seen.GetValueOrDefault($"{e[0].Split('/')[^1]}:{e[2]}") + 1;
        }

        Assert.Equal(truth.Select(t => $"{t.Name} {t.Place} {t.Count}"), truth.Select(t => $"{t.Name} {t.Place} {seen.GetValueOrDefault(t.Place)}"));
    }

    [Theory]
    [MemberData(nameof(Builds))]
    public void What_is_not_there_is_said(string name)
    {
        using var lined = Lined.Start(name);
        using var process = new TargetOpener(LinuxSystemCalls.Instance).Open(lined.Pid);
        using var lines = new InterpretedLines(process, [new PythonRuntime()]);
        var none = lines.Resolve(Lined.Spec("python:absent.py:3"));
        Assert.Equal("The process has no code of a file absent.py; there is none before a module is imported.", none.Problem);
        // A comment.
        none = lines.Resolve(Lined.Spec("python:lined.py:1"));
        Assert.Contains("begins at line 1", none.Problem, StringComparison.Ordinal);
        Assert.NotEmpty(none.Suggestions);
        Assert.All(none.Suggestions, s => Assert.Empty(lines.Resolve(Lined.Spec(s)).Suggestions));
        Assert.Equal("There is no runtime of the name 'basic'.", lines.Resolve(Lined.Spec("basic:lined.py:1")).Problem);
        // A part of a name is no name.
        Assert.NotNull(lines.Resolve(Lined.Spec("python:ned.py:26")).Problem);
        var plan = PlanBuilder.Build(process, [lined.Find(process, "lined.py:26")]);
        Assert.Contains("ebpf", new PtraceBackend(LinuxSystemCalls.Instance).Evaluate(plan).Reason, StringComparison.Ordinal);
        Assert.Contains("ebpf", new PerfBackend(LinuxSystemCalls.Instance).Evaluate(plan).Reason, StringComparison.Ordinal);
        var many = PlanBuilder.Build(process, new[] { 26, 30, 31, 37, 49 }.Select(l => lined.Find(process, $"lined.py:{l}")));
        Assert.False(new EbpfBackend().Evaluate(many).IsSupported);
    }

    // Each form of table says for every place what it says for the whole.
    [Theory]
    [InlineData(2, 7)]
    [InlineData(3, 8)]
    [InlineData(3, 10)]
    [InlineData(3, 12)]
    public void A_line_starts_where_another_was_before(int major, int minor)
    {
        var random = new Random(20261128);
        var version = new PythonVersion(major, minor, 0, "");
        for (var round = 0; round < 300; round++)
        {
            var table = new byte[random.Next(40)];
            random.NextBytes(table);
            var length = random.Next(300);
            var lines = Enumerable.Range(0, length).Select(o => PythonLineTable.Line(version, table, 10, o)).ToArray();
            foreach (var line in lines.OfType<int>().Distinct())
            {
                var starts = PythonLineTable.Starts(version, table, 10, length, line);
                Assert.All(starts, s => Assert.True(lines[s] == line && (s < 2 || lines[s - (major == 2 ? 1 : 2)] != line)));
                Assert.NotEmpty(starts);
            }
        }
    }

    private sealed class Lined : IDisposable
    {
        private readonly LiveTarget _target;

        private Lined(LiveTarget target) => _target = target;

        public int Pid => _target.Pid;

        public static Lined Start(string name)
        {
            var build = Pythons.Get(name);
            Assert.SkipWhen(build.Missing is not null, build.Missing ?? "");
            var target = build.Start(Script());
            Assert.Equal($"ready {target.Pid}", target.ReadLine(Patience));
            return new Lined(target);
        }

        public static ProbeSpec Spec(string text) => ProbeSpec.TryParse(text, out var spec, out var error) ? spec : throw new ArgumentException(error);

        public Probe Find(TargetProcess process, string place)
        {
            using var lines = new InterpretedLines(process, [new PythonRuntime()]);
            return Assert.Single(lines.Resolve(Spec($"python:{place}")).OrThrow(Spec($"python:{place}"), $"process {Pid}"));
        }

        public List<string> Do(string command)
        {
            _target.WriteLine(command);
            var lines = new List<string>();
            for (var line = _target.ReadLine(Patience); line != "done"; line = _target.ReadLine(Patience))
                lines.Add(line!);
            return lines;
        }

        public void Dispose() => _target.Dispose();

        private static string Script([CallerFilePath] string path = "") =>
            Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", "..", "native-tests", "python", "lined.py"));
    }
}

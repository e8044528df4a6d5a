using System.Runtime.CompilerServices;
using System.Text.Json;
using Tracer.Core.Backends;
using Tracer.Core.Expressions;
using Tracer.Core.Plans;
using Tracer.Core.Probes;
using Tracer.Core.Targets;
using Tracer.Linux;
using Tracer.Ptrace;
using Tracer.Runtimes.Python;
using Tracer.Testing;
using Tracer.Uprobes;

namespace Tracer.Runtimes.Tests.Python;

/// <summary>Traces native-tests/python/counted.py, which knows how often each of its functions is entered and left.</summary>
public sealed class LiveTests
{
    private static readonly string[] Names = ["function__entry", "generator__resume", "function__return", "generator__yield"];

    public static TheoryData<string, string> Cases() => [.. from build in Pythons.NamesWithPydebug from backend in new[] { "ebpf", "ptrace" } select (build, backend)];

    public static TheoryData<string> Builds() => [.. Pythons.NamesWithPydebug];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Every_entry_resumption_return_and_yield_of_the_program_is_an_event(string build, string backend)
    {
        var (events, functions) = await Trace(build, backend, phases: backend == "ebpf" ? 2 : 1, Names);
        Assert.Empty(events.Problems);
        // The counting pass and the traced one are different processes: what is in both is what the program does between its two lines.
        Assert.Equal(
            functions.Select(f => $"{f.File} {f.Function} {f.Starts} {f.Calls - f.Starts} {f.Returns - f.Yields} {f.Yields}"),
            functions.Select(f => $"{f.File} {f.Function} {string.Join(' ', Names.Select(n => events.Of(n, f.File, f.Function)))}"));
        TruthTable.Check(build, functions.Select(f => (f.File, f.Starts / (backend == "ebpf" ? 2 : 1))));
    }

    [Theory]
    [MemberData(nameof(Builds))]
    public async Task Returns_alone_are_as_many_as_with_entries(string build)
    {
        var (events, functions) = await Trace(build, "ebpf", phases: 1, "function__return");
        Assert.Empty(events.Problems);
        foreach (var f in functions)
            Assert.Equal($"{f.Function} {f.Returns - f.Yields}", $"{f.Function} {events.Of("function__return", f.File, f.Function)}");
    }

    // One of each way that frames are observed; what there is to count is compared for all above.
    [Theory]
    [InlineData("2.7")]
    [InlineData("3.10")]
    [InlineData("3.11-debian")]
    [InlineData("3.12-stripped")]
    [InlineData("3.14-sid")]
    public async Task Both_backends_see_the_same_events(string build)
    {
        var (ebpf, functions) = await Trace(build, "ebpf", phases: 1, Names);
        var (ptrace, _) = await Trace(build, "ptrace", phases: 1, Names);
        var files = functions.Select(f => f.File).ToHashSet();
        // What the program does to wait and to print is outside the counted files and may vary.
        string[] Text(PythonEvents events) => [.. events.Counts.Where(c => files.Contains(c.Key.File)).Select(c => $"{c.Key} {c.Value}").Order(StringComparer.Ordinal)];
        Assert.NotEmpty(Text(ebpf));
        Assert.Equal(Text(ebpf), Text(ptrace));
    }

    [Theory]
    [MemberData(nameof(Builds))]
    public async Task Qualified_names_results_and_exceptions_are_those_of_the_program(string name)
    {
        var build = Pythons.Get(name);
        Assert.SkipWhen(build.Missing is not null, build.Missing ?? "");
        foreach (var (backend, known) in new (IProbeBackend, Dictionary<string, int>)[] { (new EbpfBackend(), []), (new PtraceBackend(LinuxSystemCalls.Instance), []) })
        {
            using var target = build.Start(Path.Combine(Path.GetDirectoryName(Script())!, "results.py"));
            Assert.Equal($"ready {target.Pid}", target.ReadLine(TimeSpan.FromSeconds(60)));
            using var process = new TargetOpener(LinuxSystemCalls.Instance).Open(target.Pid);
            var probe = ProbeCatalog.Load(process.Modules, [new PythonRuntime()]).Probes.Single(p => p.FullName == "python:function__return");
            var program = new ProbeProgram(probe) { Values = [.. probe.Parameters.Select((p, k) => new PlannedValue(p.Name, new ParameterExpression(k, p.Type)))] };
            var sink = new ResultSink("results.py", known);
            await using var attachment = await backend.AttachAsync(PlanBuilder.Build(process, [program]), sink, TestContext.Current.CancellationToken);
            target.WriteLine();
            var expected = new SortedDictionary<string, int>(StringComparer.Ordinal);
            for (var line = target.ReadLine(TimeSpan.FromSeconds(60)); line != "done"; line = target.ReadLine(TimeSpan.FromSeconds(60)))
            {
                var words = line.Split(' ');
                // Qualified names are told since 3.11.
                var key = $"{(build.IsAtLeast(3, 11) ? words[0] : words[0].Split('.')[^1])} {words[1]} {words[2]}";
                expected[key] = expected.GetValueOrDefault(key) + int.Parse(words[3], System.Globalization.CultureInfo.InvariantCulture);
            }

            await attachment.StopAsync();
            Assert.Equal(expected, new SortedDictionary<string, int>(known, StringComparer.Ordinal));
        }
    }

    private static async Task<(PythonEvents Events, List<Counted> Functions)> Trace(string buildName, string backendName, int phases, params string[] names)
    {
        var build = Pythons.Get(buildName);
        Assert.SkipWhen(build.Missing is not null, build.Missing ?? "");
        using var target = build.Start(Script(), ["--phases", $"{phases}"]);
        Assert.Equal($"ready {target.Pid}", target.ReadLine(TimeSpan.FromSeconds(60)));
        using var process = new TargetOpener(LinuxSystemCalls.Instance).Open(target.Pid);
        var catalog = ProbeCatalog.Load(process.Modules, [new PythonRuntime()]);
        var probes = catalog.Probes.Where(p => p.Provider == "python" && names.Contains(p.Name)).ToArray();
        Assert.Equal(names.Length, probes.Length);
        Assert.All(probes, p => Assert.Null(p.DormantReason));
        var plan = PlanBuilder.Build(process, probes);
        IProbeBackend backend = backendName == "ebpf" ? new EbpfBackend() : new PtraceBackend(LinuxSystemCalls.Instance);
        var support = backend.Evaluate(plan);
        Assert.SkipUnless(support.IsSupported, $"{backendName}: {support.Reason}");
        var events = new PythonEvents();
        await using var attachment = await backend.AttachAsync(plan, events, TestContext.Current.CancellationToken);
        target.WriteLine();
        var line = target.ReadLine(TimeSpan.FromSeconds(120));
        Assert.StartsWith("counts ", line);
        var done = target.ReadLine(TimeSpan.FromSeconds(60));
        Assert.Equal($"done phases={phases} errors=0", done);
        await attachment.StopAsync();
        foreach (var emission in plan.Emissions)
            Assert.Equal(0UL, attachment.LostEvents(emission.Index));
        Assert.Equal(0UL, attachment.LostFrames);
        target.CloseInput();
        Assert.Equal(0, target.WaitForExit(TimeSpan.FromSeconds(20)).ExitCode);
        return (events, Read(line["counts ".Length..]));
    }

    // By file and name: functions of one name in one file are told apart by their lines only, which a return does not tell.
    private static List<Counted> Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        var functions = document.RootElement.GetProperty("functions").EnumerateArray().Select(f => new Counted(
            f.GetProperty("file").GetString()!, f.GetProperty("function").GetString()!, f.GetProperty("calls").GetInt32(), f.GetProperty("returns").GetInt32(),
            f.GetProperty("starts").GetInt32(), f.GetProperty("yields").GetInt32())).ToList();
        Assert.True(functions.Count > 20);
        return
        [
            .. functions.GroupBy(f => (f.File, f.Function)).Select(g => new Counted(
                g.Key.File, g.Key.Function, g.Sum(f => f.Calls), g.Sum(f => f.Returns), g.Sum(f => f.Starts), g.Sum(f => f.Yields))),
        ];
    }

    private static string Script([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", "..", "native-tests", "python", "counted.py"));

    private sealed record Counted(string File, string Function, int Calls, int Returns, int Starts, int Yields);
}

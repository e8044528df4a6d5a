using System.Runtime.CompilerServices;
using System.Text.Json;
using Tracer.Core.Backends;
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
    public static TheoryData<string, string> Cases() =>
        [.. from feature in new[] { "3.6", "3.7", "3.8", "3.9", "3.10", "3.11-debian" } from backend in new[] { "ebpf", "ptrace" } select (feature, backend)];

    public static TheoryData<string> Features() => ["3.6", "3.7", "3.8", "3.9", "3.10", "3.11-debian"];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Every_entry_and_return_of_the_program_is_an_event(string feature, string backend)
    {
        var (events, functions, _) = await Trace(feature, backend, phases: 2, "function__entry", "function__return");
        Assert.Empty(events.Problems);
        foreach (var (file, function, calls, returns) in functions)
        {
            Assert.True(calls == events.Of("function__entry", file, function), $"{function}: {calls} calls, {events.Of("function__entry", file, function)} entries");
            Assert.True(returns == events.Of("function__return", file, function), $"{function}: {returns} returns, {events.Of("function__return", file, function)} events");
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Returns_alone_are_as_many_as_with_entries(string feature, string backend)
    {
        var (events, functions, _) = await Trace(feature, backend, phases: 1, "function__return");
        Assert.Empty(events.Problems);
        foreach (var (file, function, _, returns) in functions)
            Assert.True(returns == events.Of("function__return", file, function), $"{function}: {returns} returns, {events.Of("function__return", file, function)} events");
    }

    [Theory]
    [MemberData(nameof(Features))]
    public async Task Both_backends_see_the_same_events(string feature)
    {
        var (ebpf, functions, _) = await Trace(feature, "ebpf", phases: 1, "function__entry", "function__return");
        var (ptrace, _, _) = await Trace(feature, "ptrace", phases: 1, "function__entry", "function__return");
        var files = functions.Select(f => f.File).ToHashSet();
        // What the program does to wait and to print is outside the counted files and may vary.
        string[] Text(PythonEvents events) => [.. events.Counts.Where(c => files.Contains(c.Key.File)).Select(c => $"{c.Key} {c.Value}").Order(StringComparer.Ordinal)];
        Assert.NotEmpty(Text(ebpf));
        Assert.Equal(Text(ebpf), Text(ptrace));
    }

    private static async Task<(PythonEvents Events, List<(string File, string Function, int Calls, int Returns)> Functions, IProbeAttachment Attachment)> Trace(
        string feature, string backendName, int phases, params string[] names)
    {
        var program = Interpreters.Program(feature);
        using var target = LiveTarget.Start(program, [Script(), "--phases", $"{phases}"]);
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
        return (events, Read(line["counts ".Length..]), attachment);
    }

    // By file and name: functions of one name in one file are told apart by their lines only, which a return does not tell.
    private static List<(string File, string Function, int Calls, int Returns)> Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        var functions = document.RootElement.GetProperty("functions").EnumerateArray().Select(f =>
            (File: f.GetProperty("file").GetString()!, Function: f.GetProperty("function").GetString()!,
                Calls: f.GetProperty("calls").GetInt32(), Returns: f.GetProperty("returns").GetInt32())).ToList();
        Assert.True(functions.Count > 20);
        return [.. functions.GroupBy(f => (f.File, f.Function)).Select(g => (g.Key.File, g.Key.Function, g.Sum(f => f.Calls), g.Sum(f => f.Returns)))];
    }

    private static string Script([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", "..", "native-tests", "python", "counted.py"));
}

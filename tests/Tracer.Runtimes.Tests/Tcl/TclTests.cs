using System.Globalization;
using System.Runtime.CompilerServices;
using Tracer.Core.Probes;
using Tracer.Core.Targets;
using Tracer.Elf;
using Tracer.Linux;
using Tracer.Runtimes.Tcl;
using Tracer.Runtimes.Tests.Python;
using Tracer.Testing;

namespace Tracer.Runtimes.Tests.Tcl;

/// <summary>Traces native-tests/tcl/truth.tcl, which counts its own calls, in Debian's Tcl as it runs.</summary>
public sealed class TclTests
{
    private const string Shell = "/usr/bin/tclsh8.6";
    private const int ErrorCode = 1; // TCL_ERROR
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // What a new interpreter runs before the program has it.
    private static readonly string[] Foreign = ["tclInit", "::tcl::initClock"];

    [Theory]
    [InlineData("ebpf")]
    [InlineData("ptrace")]
    public async Task Procedures_are_those_of_the_program(string backend)
    {
        var (sink, said) = await Trace(backend, "proc__entry", "proc__return", "proc__result", "proc__args");
        var truth = said.Where(s => s[0] == "calls").ToDictionary(s => s[2], s => int.Parse(s[1], CultureInfo.InvariantCulture));
        Assert.Equal(21891, truth["fib"]);
        foreach (var probe in new[] { "proc__entry", "proc__return", "proc__result", "proc__args" })
        {
            var seen = sink.Of(probe).GroupBy(e => Kind(e[0])).Where(g => !Foreign.Contains(g.Key)).ToDictionary(g => g.Key, g => g.Count());
            Assert.Equal(truth.OrderBy(t => t.Key, StringComparer.Ordinal), seen.OrderBy(s => s.Key, StringComparer.Ordinal));
        }

        // Those that end by an error, in both probes of the end; the others end well, or by return, which the result tells as well.
        var errors = said.Where(s => s[0] == "errors").ToDictionary(s => s[2], s => int.Parse(s[1], CultureInfo.InvariantCulture));
        foreach (var probe in new[] { "proc__return", "proc__result" })
            Assert.Equal(errors, sink.Of(probe).Where(e => e[1] == $"{ErrorCode}").GroupBy(e => e[0]).ToDictionary(g => g.Key, g => g.Count()));
        Assert.All(sink.Of("proc__result"), e => Assert.True(e[1] is "0" or "1", e[1]));
        Assert.Equal(100, sink.Of("proc__result").Count(e => e[0] == "inner" && e[2] == "thrown"));
        Assert.Equal((5, 5), (sink.Of("proc__result").Count(e => e[0] == "returns_early" && e[2] == "early"), sink.Of("proc__result").Count(e => e[0] == "returns_early" && e[2] == "late")));
        Assert.Equal(["1", "4"], sink.Of("proc__entry").Where(e => e[0] == "with_arguments").Select(e => e[1]));
        Assert.Equal(
            [["1", "<none>", "<none>", "<none>", "<none>"], ["1", "2", "3", "4", "<none>"]],
            sink.Of("proc__args").Where(e => e[0] == "with_arguments").Select(e => e[1..6]));
    }

    [Theory]
    [InlineData("ebpf")]
    [InlineData("ptrace")]
    public async Task Commands_are_seen_before_they_are_looked_up(string backend)
    {
        var (sink, said) = await Trace(backend, "cmd__entry", "cmd__args");
        foreach (var name in new[] { "outer", "called_back", "tail_called", "inside::named", "alone" })
        {
            var calls = int.Parse(said.Single(s => s[0] == "calls" && s[2] == name)[1], CultureInfo.InvariantCulture);
            Assert.Equal((calls, calls), (sink.Of("cmd__entry").Count(e => e[0] == name), sink.Of("cmd__args").Count(e => e[0] == name)));
        }

        // Calls with the wrong number of arguments are commands, and no procedure begins.
        Assert.Equal(10, sink.Of("cmd__entry").Count(e => e[0] == "wrong_arguments" && e[1] == "1"));
    }

    [Fact]
    public void What_cannot_be_made_is_listed_with_the_reason()
    {
        using var target = Start();
        using var process = new TargetOpener(LinuxSystemCalls.Instance).Open(target.Pid);
        var probes = ProbeCatalog.Load(process.Modules, [new TclRuntime()]).Probes.Where(p => p.Provider == "tcl").ToArray();
        Assert.Equal(15, probes.Length);
        Assert.Equal(
            ["cmd__args", "cmd__entry", "proc__args", "proc__entry", "proc__result", "proc__return"],
            probes.Where(p => p.DormantReason is null).Select(p => p.Name).Order(StringComparer.Ordinal));
        Assert.All(probes.Where(p => p.DormantReason is not null), p => Assert.StartsWith("not possible in this Tcl: ", p.DormantReason, StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_that_only_has_the_name_is_explained_and_random_code_does_no_harm()
    {
        var random = new Random(3);
        for (var k = 0; k < 200; k++)
        {
            var code = new byte[256];
            random.NextBytes(code);
            var image = new ElfBuilder().AddSection(".text", code, 0x1000, flags: ElfSectionFlags.Execute)
                .AddDynamicSymbol("TclNRInterpProcCore", 0x1000, (ulong)random.Next(1, 300), ElfSymbolType.Function)
                .AddDynamicSymbol("Tcl_GetVersion", 0x1000 + (ulong)random.Next(200), 40, ElfSymbolType.Function).BuildImage();
            var module = new TclRuntime().Recognise(new TargetModule("/a", "/a", 0, image));
            Assert.NotNull(module);
            var probes = module.FindProbes([]);
            Assert.Equal(15, probes.Count);
            Assert.All(probes, p => Assert.NotNull(p.DormantReason));
        }
    }

    private static async Task<(EventSink Sink, List<string[]> Said)> Trace(string backendName, params string[] names)
    {
        using var target = Start();
        var sink = new EventSink();
        await using var traced = await TracedProbes.AttachAsync(target.Pid, backendName, [new TclRuntime()], [.. names.Select(n => $"tcl:{n}")], sink);
        target.WriteLine();
        Assert.Equal("over", target.ReadLine(Patience));
        await traced.StopAsync();
        target.WriteLine();
        var said = new List<string[]>();
        for (var line = target.ReadLine(Patience); line != "done"; line = target.ReadLine(Patience))
            said.Add(line.Split(' ', 3));
        return (sink, said);
    }

    private static LiveTarget Start()
    {
        var target = LiveTarget.Start(Shell, [Script()]);
        Assert.Equal($"ready {target.Pid}", target.ReadLine(Patience));
        return target;
    }

    // How the program counts what is called by no name of its own.
    private static string Kind(string name) => name switch
    {
        "counted" => "<class>",
        _ when name.StartsWith("::oo::Obj", StringComparison.Ordinal) => "<object>",
        _ when name.StartsWith("x { ", StringComparison.Ordinal) => "<lambda>",
        _ => name,
    };

    private static string Script([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", "..", "native-tests", "tcl", "truth.tcl"));
}

using Tracer.Runtimes.Php;

namespace Tracer.Runtimes.Tests.Php;

/// <summary>Traces native-tests/php/truth.php in Debian's PHP as it runs, and compares with its own counts and with PHP's own probes in another run of it.</summary>
public sealed class FunctionTests
{
    private static readonly string[] Probes = ["php:function__entry", "php:function__return", "php:generator__resume", "php:generator__yield"];

    // Of these only the body of a generator is counted by nobody, or the program begins and ends outside of what is traced.
    private static readonly string[] Uncounted = ["numbers", "delegates", "guarded", "fails_later", "catches_inside", "main"];

    // Methods that are not there: PHP's own probes tell of a call of each, without a line, around that of __call.
    private static readonly string[] Absent = ["Magic::nothing", "Magic::nowhere", "Magic::absent"];

    [Theory]
    [InlineData("ebpf", "", false)]
    [InlineData("ptrace", "", false)]
    [InlineData("ebpf", "opcache.enable_cli=1", false)]
    [InlineData("ebpf", "", true)]
    public async Task Every_call_is_an_entry_and_a_return(string backend, string setting, bool isTold)
    {
        var run = await PhpRun.Of(backend, [new PhpRuntime()], Probes, setting.Length == 0 ? [] : [setting], isTold);
        Assert.Empty(run.Events.Problems);
        Assert.Equal(21891, run.Calls["fib"]);
        foreach (var probe in new[] { "function__entry", "function__return" })
        {
            var seen = run.Events.All.Where(e => e.Probe == probe && !Uncounted.Contains(e.Name)).GroupBy(e => e.Name).ToDictionary(g => g.Key, g => g.Count());
            Assert.Equal(run.Calls.Select(c => $"{c.Key} {c.Value}"), seen.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => $"{s.Key} {s.Value}"));
        }

        Assert.Equal(run.Events.All.Count(e => e.Begins), run.Events.All.Count(e => !e.Begins));
    }

    [Theory]
    [InlineData("ebpf")]
    [InlineData("ptrace")]
    public async Task What_is_told_is_what_the_probes_of_PHP_itself_tell(string backend)
    {
        var truth = await PhpRun.Of(
            "ebpf", [], ["php:function__entry(string, string, int32, string, string)", "php:function__return(string, string, int32, string, string)"], isTold: true);
        var run = await PhpRun.Of(backend, [new PhpRuntime()], Probes);
        Assert.Empty(truth.Events.Problems);
        Assert.Empty(run.Events.Problems);
        Assert.Equal(truth.Calls, run.Calls);
        var told = truth.Events.All.Where(e => !Absent.Contains(e.Name)).ToArray();
        // What begins is in one order. Ends are not: what a function lets go of when it ends is destroyed after ours.
        Assert.Equal(told.Where(e => e.Begins).Select(e => e.Told), run.Events.All.Where(e => e.Begins).Select(e => e.Told));
        Assert.Equal(Ends(told), Ends(run.Events.All));
        Assert.Equal(400, truth.Events.All.Count - told.Length);
        // A return has the line of the entry; only of generators PHP's own have that where they went on.
        Assert.Equal(Ends(told, ofLine: true), Ends(run.Events.All, ofLine: true));

        static string[] Ends(IEnumerable<PhpEvent> events, bool ofLine = false) =>
        [
            .. events.Where(e => !e.Begins && !(ofLine && Uncounted.Contains(e.Name))).Select(e => ofLine ? $"{e.Told}:{e.Line}" : e.Told)
                .GroupBy(t => t).Select(g => $"{g.Key} {g.Count()}").Order(StringComparer.Ordinal),
        ];
    }

    [Fact]
    public async Task Executions_are_those_of_functions_files_and_texts()
    {
        var run = await PhpRun.Of("ebpf", [new PhpRuntime()], [.. Probes, "php:execute__entry", "php:execute__return"]);
        Assert.Empty(run.Events.Problems);
        Assert.Equal(run.Events.All.Count(e => e.Probe is "execute__entry"), run.Events.All.Count(e => e.Probe is "execute__return"));
        // Ten texts: one that only declares functions is not run.
        Assert.Equal(
            run.Events.All.Count(e => e.Probe is "function__entry" or "generator__resume") + 10,
            run.Events.All.Count(e => e.Probe == "execute__entry"));
    }

    [Fact]
    public async Task Generators_are_made_go_on_and_end()
    {
        var run = await PhpRun.Of("ebpf", [new PhpRuntime()], Probes);
        string Of(string name) => string.Join(' ', Probes.Select(p => run.Events.All.Count(e => "php:" + e.Probe == p && e.Name == name)));
        // 10 rounds, in which numbers yields 5, 3, 0 and 2 times before it ends, is made for no use, which ends the call itself, and is never run.
        Assert.Equal("60 50 140 150", Of("numbers"));
        // It waits for a generator, for a list, whose items pass it by, and for a generator again.
        Assert.Equal("10 10 40 40", Of("delegates"));
        // One is let go of after its first yield and runs its finally, one runs to its end.
        Assert.Equal("20 20 50 50", Of("guarded"));
        Assert.Equal("10 10 20 20", Of("fails_later"));
        Assert.Equal("10 10 40 40", Of("catches_inside"));
    }
}

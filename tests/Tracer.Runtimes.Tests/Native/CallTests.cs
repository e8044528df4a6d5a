using System.Globalization;
using Tracer.Core.Probes;

namespace Tracer.Runtimes.Tests.Native;

/// <summary>Traces native-tests/native/calls.c, which prints the arguments and results of its functions, as built by both compilers at all levels.</summary>
public sealed class CallTests
{
    private static readonly string[] Functions =
    [
        "add_ints", "mix", "half", "pick", "paint", "make_pair", "make_mixed", "make_big", "by_value", "tail", "leaf", "hidden", "choose", "visit", "wide", "nothing",
    ];

    public static TheoryData<string, string> Programs() =>
    [
        .. from program in new[] { "gcc-O0", "gcc-O1", "gcc-O2", "gcc-O3", "gcc-O0-nopie", "gcc-O2-nopie", "gcc-O2-cet", "gcc-O2-fp", "gcc-O2-dwarf4", "gcc-O2-lto",
               "clang-O0", "clang-O1", "clang-O2", "clang-O3", "clang-O0-nopie", "clang-O2-nopie", "clang-O2-cet", "clang-O2-fp", "clang-O2-dwarf4", "clang-O2-lto", "split" }
           from backend in new[] { "ebpf", "calls", "ptrace" }
           select (program, backend),
    ];

    public static TheoryData<string> Builds() => [.. Programs().Select(p => p.Data.Item1).Distinct()];

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Arguments_and_results_are_what_the_program_prints(string build, string backend)
    {
        var program = $"calls-{build}";
        using var fixture = new NativeFixture(program);
        var probes = new List<Probe>();
        foreach (var function in Functions)
        {
            probes.AddRange(fixture.Resolve($"uprobe:{program}:{function}").Probes);
            probes.AddRange(fixture.Resolve($"uretprobe:{program}:{function}").Probes);
        }

        var (events, lines, _) = await fixture.Trace(backend, [.. probes.Where(p => p.Sites.Count > 0)], rounds: 2);
        fixture.Finish();
        var printed = new PrintedCalls(lines);
        var missing = new List<string>();
        foreach (var function in Functions)
        {
            var calls = events.Of($"uprobe:{program}:{function}");
            // At -O3 whole functions may have been inlined without a trace of them, or their calls merged; what is hit must be right.
            Compare(build, function, "call", printed.Of("call", function), calls, missing);
            Compare(build, function, "return", printed.Of("return", function), events.Of($"uretprobe:{program}:{function}"), missing);
        }

        var entries = missing.Where(m => m.StartsWith("call", StringComparison.Ordinal) && (backend == "ptrace" || !m.Contains("xmm", StringComparison.Ordinal))).ToArray();
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{build} {backend}: {entries.Length} arguments and {missing.Count - missing.Count(m => m.StartsWith("call", StringComparison.Ordinal))} results unavailable\n{string.Join('\n', missing)}"));
        if (build.Contains("O0", StringComparison.Ordinal) || build.Contains("O1", StringComparison.Ordinal))
            Assert.Empty(entries);
    }

    private static void Compare(
        string build, string function, string kind, IReadOnlyList<Dictionary<string, string>> printed, IReadOnlyList<Dictionary<string, TracedValue>> traced, List<string> missing)
    {
        Assert.True(printed.Count == traced.Count, $"{build} {kind} {function}: {printed.Count} printed, {traced.Count} traced");
        for (var k = 0; k < printed.Count; k++)
        {
            foreach (var (name, expected) in printed[k])
            {
                if (!traced[k].TryGetValue(name, out var value))
                    missing.Add($"{kind} {function} {name}: no such parameter");
                else if (value.Missing is { } reason)
                    missing.Add($"{kind} {function} {name}: {reason}");
                else
                    Assert.True(expected == value.Text, $"{build} {kind} {function}[{k}] {name}: printed {expected}, traced {value.Text}");
            }
        }

        if (missing.Count > 0)
        {
            var distinct = missing.Distinct().ToArray();
            missing.Clear();
            missing.AddRange(distinct);
        }
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task A_recursive_function_returns_as_often_as_it_is_entered(string build, string backend)
    {
        var program = $"calls-{build}";
        using var fixture = new NativeFixture(program);
        var (events, lines, _) = await fixture.Trace(backend, [fixture.One($"uprobe:{program}:fib"), fixture.One($"uretprobe:{program}:fib")], rounds: 2);
        fixture.Finish();
        var calls = events.Of($"uprobe:{program}:fib");
        var returns = events.Of($"uretprobe:{program}:fib");
        Assert.NotEmpty(calls);
        Assert.Equal(calls.Count, returns.Count);
        // Unoptimised code does what the source says, in order: the saved argument belongs to the frame that returns.
        if (!build.Contains("O0", StringComparison.Ordinal))
            return;
        var printed = new PrintedCalls(lines);
        Assert.Equal(printed.Of("call", "fib").Select(c => c["n"]), calls.Select(c => c["n"].Text));
        Assert.Equal(printed.Of("return", "fib").Select(c => c["retval"]), returns.Select(c => c["retval"].Text));
        long[] fibonacci = [0, 1, 1, 2, 3, 5, 8];
        Assert.All(returns, r => Assert.Equal($"i:{fibonacci[int.Parse(r["n"].Text![2..], CultureInfo.InvariantCulture)]}", r["retval"].Text));
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Inlined_instances_are_hit_as_often_as_the_program_counts(string build, string backend)
    {
        var program = $"calls-{build}";
        using var fixture = new NativeFixture(program);
        var probe = fixture.One($"uprobe:{program}:scale");
        Assert.Equal(["value", "by"], probe.Parameters.Select(p => p.Name));
        var (events, _, done) = await fixture.Trace(backend, [probe], rounds: 3);
        fixture.Finish();
        var counted = done.Sum(d => int.Parse(d.Split('=')[1], CultureInfo.InvariantCulture));
        Assert.True(counted > 0);
        Assert.Equal(counted, events.Of($"uprobe:{program}:scale").Count);
    }
}

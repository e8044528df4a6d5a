using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Tracer.Runtimes.Python;
using Tracer.Testing;

namespace Tracer.Runtimes.Tests.Python;

/// <summary>Traces native-tests/python/lives.py, which knows how many instances and threads it makes, and when its threads wait for the GIL.</summary>
public sealed class LivesTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private static readonly string[] OtherWays = ["2.7", "3.11-debian", "3.14-sid"];

    private static readonly string[] Ready =
    [
        "python:instance__new(type: string, address: uint64)",
        "python:instance__delete(type: string, address: uint64)",
        "python:thread__start(ident: uint64)",
        "python:thread__exit(ident: uint64)",
        "python:gil__wait__start()",
        "python:gil__wait__done()",
    ];

    private static readonly string[] Dormant = ["python:cfunction__entry(funcname: string)", "python:cfunction__return(funcname: string)"];

    /// <summary>The probes of instances, threads, locks and C functions.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Ready.Concat(Dormant).Select(p => p["python:".Length..p.IndexOf('(', StringComparison.Ordinal)])];

    public static TheoryData<string> Builds() => [.. Pythons.NamesWithPydebug];

    /// <summary>All builds with ebpf, one of each way with ptrace too.</summary>
    public static TheoryData<string, string> Cases() =>
        [.. from build in Pythons.NamesWithPydebug from backend in new[] { "ebpf", "ptrace" } where backend == "ebpf" || OtherWays.Contains(build) select (build, backend)];

    [Theory]
    [MemberData(nameof(Builds))]
    public void Every_build_has_them_ready_but_those_of_c_functions_which_have_a_reason(string name)
    {
        var build = Pythons.Get(name);
        Assert.SkipWhen(build.Missing is not null, build.Missing ?? "");
        var module = Interpreters.Open(build.Library, out var file);
        using (file)
        {
            var probes = new PythonRuntime().Recognise(module)!.FindProbes([]).Where(p => Names.Contains(p.Name)).ToArray();
            Assert.Equal(Ready, probes.Where(p => p.DormantReason is null).Select(p => p.ToString()));
            Assert.Equal(Dormant, probes.Where(p => p.DormantReason is not null).Select(p => p.ToString()));
            Assert.All(probes.Where(p => p.DormantReason is null), p => Assert.NotEmpty(p.Sites));
            Assert.All(probes.Where(p => p.DormantReason is not null), p => Assert.Contains("C functions", p.DormantReason));
        }
    }

    // Nothing of this is used to find them.
    [Theory]
    [InlineData("2.7")]
    [InlineData("3.6")]
    [InlineData("3.8")]
    [InlineData("3.10")]
    [InlineData("3.11")]
    [InlineData("3.12")]
    [InlineData("3.13")]
    public void Where_there_are_symbols_they_name_what_is_found(string name)
    {
        var build = Pythons.Get(name);
        Assert.SkipWhen(build.Missing is not null, build.Missing ?? "");
        var module = Interpreters.Open(build.Library, out var file);
        using (file)
        {
            var probes = new PythonRuntime().Recognise(module)!.FindProbes([]);
            Assert.Equal(["subtype_dealloc"], Functions("instance__delete"));
            Assert.Equal(build.IsAtLeast(3, 11) ? ["PyType_GenericAlloc", "_PyType_AllocNoTrack"] : new[] { "PyType_GenericAlloc" }, Functions("instance__new"));
            Assert.Equal([build.IsAtLeast(3, 10) ? "thread_run" : "t_bootstrap"], Functions("thread__start"));
            Assert.Equal(Functions("thread__start"), Functions("thread__exit"));
            Assert.Equal(build.Major == 2 ? ["PyThread_acquire_lock"] : name == "3.8" ? ["take_gil", "take_gil.constprop.0"] : new[] { "take_gil" }, Functions("gil__wait__start"));
            Assert.Equal(Functions("gil__wait__start"), Functions("gil__wait__done"));

            string[] Functions(string probe) =>
            [
                .. probes.Single(p => p.Name == probe).Sites
                    .Select(s => module.Image.SymbolTable!.TryFindContaining(s.Location.ImageAddress, out var symbol) ? module.Image.SymbolTable.NameString(symbol) : "")
                    .Distinct().Order(StringComparer.Ordinal),
            ];
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Instances_are_made_and_deleted_as_often_as_the_program_says(string build, string backend)
    {
        await using var lives = await Lives.StartAsync(build, backend, "instance__new", "instance__delete");
        var expected = lives.Do("instances").Select(l => l.Split(' ')).ToDictionary(w => w[0], w => $"{w[1]} {w[2]}");
        await lives.StopAsync();
        Assert.Empty(lives.Events.Problems);
        Assert.True(expected.Count > 20);
        // The interpreter and its library have classes of their own.
        Assert.Equal(
            expected.OrderBy(e => e.Key, StringComparer.Ordinal),
            expected.Keys.Order(StringComparer.Ordinal).Select(k => KeyValuePair.Create(k, $"{lives.Events.Of("instance__new", k)} {lives.Events.Of("instance__delete", k)}")));
        // Addresses are those of instances: what is made is not there yet, and what is deleted is.
        Assert.Equal(0, lives.Events.MadeOrDeletedTwice(expected.Keys.Where(k => k != "Returning")));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Threads_start_and_exit_as_often_as_the_program_says(string build, string backend)
    {
        await using var lives = await Lives.StartAsync(build, backend, "thread__start", "thread__exit");
        var idents = lives.Do("threads").Select(l => ulong.Parse(l["thread ".Length..], CultureInfo.InvariantCulture)).Order().ToArray();
        await lives.StopAsync();
        Assert.Empty(lives.Events.Problems);
        // An identifier may be used again by a later thread.
        Assert.Equal(25, idents.Length);
        Assert.Equal(idents, lives.Events.Threads("thread__start").Select(t => t.Identifier).Order());
        // The same ones, in the threads themselves.
        Assert.Equal(lives.Events.Threads("thread__start").Order(), lives.Events.Threads("thread__exit").Order());
        Assert.DoesNotContain(lives.Events.Threads("thread__start"), t => t.Thread == lives.Pid);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Nobody_waits_for_a_lock_that_nobody_else_wants_and_all_who_wait_are_done(string build, string backend)
    {
        await using var lives = await Lives.StartAsync(build, backend, "gil__wait__start", "gil__wait__done");
        Assert.Empty(lives.Do("alone"));
        var alone = (ulong)Stopwatch.GetTimestamp();
        var words = Assert.Single(lives.Do("contend")).Split(' ');
        await lives.StopAsync();
        Assert.Empty(lives.Events.Problems);
        var waits = lives.Events.Waits;
        // Events have the time of CLOCK_MONOTONIC, as .NET's stopwatch on Linux.
        Assert.DoesNotContain(waits, w => w.Time < alone);
        Assert.All(waits.GroupBy(w => w.Thread), w => Assert.Equal(
            Enumerable.Range(0, w.Count()).Select(k => k % 2 == 0 ? "gil__wait__start" : "gil__wait__done"), w.OrderBy(e => e.Time).Select(e => e.Probe)));
        Assert.True(waits.Select(w => w.Thread).Distinct().Count() >= 2, "two threads at least want the lock");
        var waited = TimeSpan.FromMilliseconds(waits.Sum(w => (w.Probe == "gil__wait__done" ? 1 : -1) * (w.Time / 1e6)));
        // Two busy threads and the main one are there for this long, and at any time but one of them runs.
        var lived = TimeSpan.FromMilliseconds(int.Parse(words[2], CultureInfo.InvariantCulture));
        Assert.InRange(waited, lived / 10, lived * 3);
    }

    private sealed class Lives(LiveTarget target, TracedProbes traced, LivesEvents events) : IAsyncDisposable
    {
        public LivesEvents Events => events;

        public int Pid => target.Pid;

        public static async Task<Lives> StartAsync(string name, string backendName, params string[] probes)
        {
            var build = Pythons.Get(name);
            Assert.SkipWhen(build.Missing is not null, build.Missing ?? "");
            var target = build.Start(Script());
            Assert.Equal($"ready {target.Pid}", target.ReadLine(Patience));
            var events = new LivesEvents();
            return new Lives(target, await TracedProbes.AttachAsync(target.Pid, backendName, [new PythonRuntime()], [.. probes.Select(p => $"python:{p}")], events), events);
        }

        public List<string> Do(string command)
        {
            target.WriteLine(command);
            var lines = new List<string>();
            for (var line = target.ReadLine(Patience); line != "done"; line = target.ReadLine(Patience))
                lines.Add(line);
            return lines;
        }

        public async Task StopAsync()
        {
            await traced.StopAsync();
            Assert.Equal(0UL, traced.LostFrames);
        }

        public async ValueTask DisposeAsync()
        {
            await traced.DisposeAsync();
            target.Dispose();
        }

        private static string Script([CallerFilePath] string path = "") =>
            Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", "..", "native-tests", "python", "lives.py"));
    }
}

using System.Runtime.CompilerServices;
using Tracer.Core.Backends;
using Tracer.Core.Expressions;
using Tracer.Core.Pictures;
using Tracer.Core.Plans;
using Tracer.Core.Probes;
using Tracer.Core.Targets;
using Tracer.Linux;
using Tracer.Ptrace;
using Tracer.Runtimes.Python;
using Tracer.Runtimes.Python.Threads;
using Tracer.Testing;
using Tracer.Uprobes;

namespace Tracer.Runtimes.Tests.Python;

/// <summary>
/// Interpreters in other surroundings than a program of their own: native-tests/python/known.py, whose functions count themselves, run by native-tests/python/variant.py and
/// native-tests/embed/embed.c.
/// </summary>
public sealed class VariantTests
{
    private const int Rounds = 10;

    public static TheoryData<string, string> WithOptions() =>
        [.. from build in new[] { "3.8", "3.11-debian", "3.15-sid" } from option in new[] { "-X dev", "-X tracemalloc", "-O", "-I", "PYTHONMALLOC=malloc" } select (build, option)];

    public static TheoryData<string> WithInterpreters() => [.. Pythons.NamesWithPydebug.Where(n => Pythons.Get(n).IsAtLeast(3, 8))];

    [Theory]
    [MemberData(nameof(WithOptions))]
    public async Task Options_and_variables_of_the_interpreter_change_nothing(string build, string option)
    {
        var isVariable = option.Contains('=', StringComparison.Ordinal);
        using var target = Get(build).Start(Script("variant.py"), ["plain"], isVariable ? [] : option.Split(' '),
            isVariable ? new Dictionary<string, string> { [option.Split('=')[0]] = option.Split('=')[1] } : null);
        Assert.Equal($"ready {target.Pid}", target.ReadLine(TimeSpan.FromSeconds(60)));
        await Check(target, target.Pid, "ebpf", Path.GetFileName(Get(build).Library), "<main>", "<first>", "<second>");
    }

    [Theory]
    [InlineData("3.8", "--symlinks")]
    [InlineData("3.11-debian", "--symlinks")]
    [InlineData("3.11-debian", "--copies")]
    [InlineData("3.12", "--copies")]
    public async Task Virtual_environments_are_traced_like_the_interpreter_that_they_are_of(string build, string how)
    {
        var folder = Directory.CreateTempSubdirectory("sharptrace-venv-").FullName;
        try
        {
            using (var making = LiveTarget.Start(Get(build).Program, ["-m", "venv", "--without-pip", how, folder]))
                Assert.Equal(0, making.WaitForExit(TimeSpan.FromSeconds(60)).ExitCode);
            var program = Path.Combine(folder, "bin", "python");
            Assert.Equal(how == "--copies", new FileInfo(program).LinkTarget is null);
            using var target = LiveTarget.Start(program, [Script("variant.py"), "plain"]);
            Assert.Equal($"ready {target.Pid}", target.ReadLine(TimeSpan.FromSeconds(60)));
            var own = Path.GetFileName(File.ReadAllLines($"/proc/{target.Pid}/maps").Select(l => l.Split(' ')[^1]).First(p => p.Contains("python", StringComparison.Ordinal)));
            var isShared = Get(build).Library != Get(build).Program;
            await Check(target, target.Pid, "ebpf", isShared ? Path.GetFileName(Get(build).Library) : own, "<main>", "<first>", "<second>");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // linked: the shared library of Debian's 3.11; static: in the program, whose names are in .dynsym (static-exports) or in .symtab only.
    public static TheoryData<string, string> Programs() =>
    [
        .. from program in new[] { "linked", "static-exports", "static", "static-3.6", "static-3.7", "static-3.8", "static-3.9", "static-3.10", "static-3.11", "static-3.12", "static-3.13" }
           from backend in new[] { "ebpf", "ptrace" }
           where backend == "ebpf" || program is "linked" or "static" or "static-3.8" or "static-3.13"
           select (program, backend),
    ];

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Interpreters_in_programs_of_other_languages_are_found(string program, string backend)
    {
        using var target = Embedded(program);
        await Check(target, target.Pid, backend, program == "linked" ? "libpython3.11.so.1.0" : program, "<embedded 0>");
    }

    public static TheoryData<string> StaticBuilds() => ["3.6", "3.7", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13"];

    [Theory]
    [MemberData(nameof(StaticBuilds))]
    public void What_can_be_traced_of_a_shared_interpreter_can_be_of_a_static_one(string build)
    {
        var path = Fixture("embed/static-" + build);
        Assert.SkipUnless(File.Exists(path), $"There is no {path}.");
        Assert.Equal(Dormant(Get(build).Library), Dormant(path));

        static List<string> Dormant(string path)
        {
            var module = Interpreters.Open(path, out var file);
            using (file)
                return [.. new PythonRuntime().Recognise(module)!.FindProbes([]).Where(p => p.DormantReason is not null).Select(p => p.Name).Order(StringComparer.Ordinal)];
        }
    }

    [Theory]
    [InlineData("ebpf")]
    [InlineData("ptrace")]
    public async Task Each_of_several_interpreters_in_one_process_has_its_events(string backend)
    {
        const string Debian = "/usr/lib/x86_64-linux-gnu/libpython3.11";
        string[] libraries = [Debian + ".so.1.0", Fixture("embed/libpython-copy.so.1.0"), Debian + "d.so.1.0", Get("3.10").Library, Get("3.13").Library];
        using var target = Embedded("loads", libraries);
        var modules = libraries.Select((l, k) => ($"<embedded {k}>", Path.GetFileName(l))).ToDictionary();
        await Check(target, target.Pid, backend, file => modules[file], [.. modules.Keys]);
    }

    [Theory]
    [MemberData(nameof(WithInterpreters))]
    public async Task Sub_interpreters_have_their_events_in_every_thread(string build)
    {
        using var target = Get(build).Start(Script("variant.py"), ["interpreters"]);
        Assert.Equal($"ready {target.Pid}", target.ReadLine(TimeSpan.FromSeconds(60)));
        await Check(target, target.Pid, build is "3.9" or "3.14-sid" ? "ptrace" : "ebpf", Path.GetFileName(Get(build).Library), "<main>", "<interpreter 0>", "<interpreter 1>", "<interpreter 2>");
    }

    [Theory]
    [MemberData(nameof(WithInterpreters))]
    public void Stacks_show_the_threads_of_sub_interpreters(string build)
    {
        using var target = Get(build).Start(Script("variant.py"), ["parked"]);
        Assert.Equal($"ready {target.Pid}", target.ReadLine(TimeSpan.FromSeconds(60)));
        using var process = new TargetOpener(LinuxSystemCalls.Instance).Open(target.Pid);
        var runtime = new PythonRuntime();
        var reader = PythonThreads.Open(Assert.Single(process.Modules, m => runtime.Recognise(m) is not null), out var problem);
        Assert.Null(problem);
        var threads = reader!.Read(new PageCache(process.Memory), out problem);
        Assert.Null(problem);
        Assert.All(threads, t => Assert.Null(t.Problem));
        foreach (var name in new[] { "one", "other" })
        {
            var thread = Assert.Single(threads, t => t.Frames.Any(f => f.Code.Name == $"waits_in_{name}"));
            Assert.NotEqual(0, thread.Interpreter);
            Assert.Equal([$"<{name}>:3 waits_in_{name}", $"<{name}>:6 outer_{name}", $"<{name}>:7 <module>"], thread.Frames.Take(3).Select(f => $"{f.Code.FileName}:{f.Line} {f.Code.Name}"));
        }

        Assert.Equal(3, threads.Select(t => t.Interpreter).Distinct().Count());
    }

    [Theory]
    [InlineData("3.8", "ebpf")]
    [InlineData("3.8", "ptrace")]
    [InlineData("3.11-debian", "ebpf")]
    [InlineData("3.11-debian", "ptrace")]
    [InlineData("3.13", "ebpf")]
    public async Task Children_that_are_forked_while_their_parent_is_traced_are_not_in_its_counts(string build, string backend)
    {
        using var target = Get(build).Start(Script("variant.py"), ["pool"]);
        Assert.Equal($"ready {target.Pid}", target.ReadLine(TimeSpan.FromSeconds(60)));
        await Check(target, target.Pid, backend, Path.GetFileName(Get(build).Library), "<main>");
    }

    [Theory]
    [InlineData("3.8", "fork", "ebpf")]
    [InlineData("3.8", "spawn", "ebpf")]
    [InlineData("3.8", "forkserver", "ebpf")]
    [InlineData("3.11-debian", "fork", "ebpf")]
    [InlineData("3.11-debian", "fork", "ptrace")]
    [InlineData("3.11-debian", "spawn", "ebpf")]
    [InlineData("3.11-debian", "forkserver", "ebpf")]
    [InlineData("3.11-debian", "forkserver", "ptrace")]
    [InlineData("3.14-sid", "forkserver", "ebpf")]
    public async Task Children_can_be_traced_alone(string build, string method, string backend)
    {
        using var target = Get(build).Start(Script("variant.py"), ["child", method]);
        var words = target.ReadLine(TimeSpan.FromSeconds(60)).Split(' ');
        Assert.Equal(["ready", $"{target.Pid}"], words[..2]);
        await Check(target, int.Parse(words[2], System.Globalization.CultureInfo.InvariantCulture), backend, Path.GetFileName(Get(build).Library), "<child>");
    }

    [Theory]
    [InlineData("ebpf")]
    [InlineData("ptrace")]
    public async Task Greenlets_that_switch_in_every_function_do_not_mix_up_entries_and_returns(string backend)
    {
        Assert.SkipUnless(Directory.Exists("/usr/lib/python3/dist-packages/greenlet"), "python3-greenlet is not installed.");
        using var target = Get("3.11-debian").Start(Script("variant.py"), ["switches"]);
        Assert.Equal($"ready {target.Pid}", target.ReadLine(TimeSpan.FromSeconds(60)));
        await Check(target, target.Pid, backend, _ => "python3.11", [], "<switches>");
    }

    private static Task Check(LiveTarget target, int pid, string backend, string module, params string[] files) => Check(target, pid, backend, _ => module, files);

    // One round, counted by the program and by us. Arguments are compared in order in some files, whose functions one thread runs.
    private static async Task Check(LiveTarget target, int pid, string backendName, Func<string, string> moduleOf, string[] files, params string[] others)
    {
        using var process = new TargetOpener(LinuxSystemCalls.Instance).Open(pid);
        var probes = ProbeCatalog.Load(process.Modules, [new PythonRuntime()]).Probes
            .Where(p => p.Provider == "python" && (p.Name == "exception__raised" || KnownEvents.Probes.Contains(p.Name))).ToArray();
        Assert.Equal(files.Concat(others).Select(moduleOf).Distinct().Order(), probes.Select(p => p.Module.Name).Distinct().Order());
        Assert.Equal(KnownEvents.Probes.Length + 1, probes.DistinctBy(p => p.Name).Count());
        Assert.All(probes, p => Assert.Null(p.DormantReason));
        IProbeBackend backend = backendName == "ebpf" ? new EbpfBackend() : new PtraceBackend(LinuxSystemCalls.Instance);
        var plan = PlanBuilder.Build(process, [.. probes.Select(Program)]);
        var events = new KnownEvents(new PictureReaders(process.Memory));
        await using var attachment = await backend.AttachAsync(plan, events, TestContext.Current.CancellationToken);
        target.WriteLine("go");
        var said = new List<string>();
        for (var line = target.ReadLine(TimeSpan.FromSeconds(60)); line != "done"; line = target.ReadLine(TimeSpan.FromSeconds(60)))
            said.AddRange(KnownEvents.Said(line, moduleOf));
        await attachment.StopAsync();
        Assert.All(plan.Emissions, e => Assert.Equal(0UL, attachment.LostEvents(e.Index)));
        Assert.Empty(events.Problems);
        Assert.True(said.Count >= 4 * (files.Length + others.Length));
        Assert.Equal(said.Order(StringComparer.Ordinal), events.Lines);
        // Its function `fails` raises one each time.
        Assert.Equal(files.Select(f => (f, Rounds)).Order(), events.Raised.Select(r => (r.Key, r.Value)));
        foreach (var file in files)
            Assert.Equal(KnownEvents.ArgumentsOf(Rounds), events.ArgumentsIn(file));
        target.CloseInput();
        Assert.Equal(0, target.WaitForExit(TimeSpan.FromSeconds(20)).ExitCode);
    }

    private static ProbeProgram Program(Probe probe) => new(probe)
    {
        Values = [.. probe.Parameters.Select((p, k) => new PlannedValue(p.Name, new ParameterExpression(k, p.Type))).Where(v => v.Name is "filename" or "funcname" or "args")],
    };

    private static LiveTarget Embedded(string program, params string[] libraries)
    {
        var path = Fixture("embed/" + program);
        Assert.SkipUnless(File.Exists(path), $"There is no {path}: make -C native-tests needs libpython3.11-dev.");
        Assert.SkipUnless(libraries.All(File.Exists), "A shared libpython is missing.");
        var target = LiveTarget.Start(path, [Script("known.py"), .. libraries]);
        Assert.Equal($"ready {target.Pid}", target.ReadLine(TimeSpan.FromSeconds(60)));
        return target;
    }

    private static PythonBuild Get(string name)
    {
        var build = Pythons.Get(name);
        Assert.SkipWhen(build.Missing is not null, build.Missing ?? "");
        return build;
    }

    private static string Script(string name) => Path.Combine(Native(), "python", name);

    private static string Fixture(string name) => Path.Combine(Native(), "out", name);

    private static string Native([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", "..", "native-tests"));
}

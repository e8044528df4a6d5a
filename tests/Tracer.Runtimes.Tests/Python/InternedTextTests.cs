using System.Globalization;
using System.Runtime.CompilerServices;
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

/// <summary>
/// Texts of code objects are told once a code object: traces native-tests/python/reused.py, whose code objects follow one another at the same addresses, with the same
/// names in other files and lines.
/// </summary>
public sealed class InternedTextTests
{
    private const int Parts = 1000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private static readonly string[] Probes = ["function__entry", "function__return"];

    /// <summary>All builds with ebpf, one of each way with ptrace too.</summary>
    public static TheoryData<string, string> Cases() =>
        [.. from build in Pythons.Names from backend in new[] { "ebpf", "ptrace" } where backend == "ebpf" || build is "2.7" or "3.10" or "3.13" select (build, backend)];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Code_at_an_address_that_was_another_s_has_its_own_file(string name, string backendName)
    {
        var build = Pythons.Get(name);
        Assert.SkipWhen(build.Missing is not null, build.Missing ?? "");
        using var target = build.Start(Script());
        Assert.Equal($"ready {target.Pid}", target.ReadLine(Patience));
        using var process = new TargetOpener(LinuxSystemCalls.Instance).Open(target.Pid);
        var found = ProbeCatalog.Load(process.Modules, [new PythonRuntime()]).Probes.Where(p => p.Provider == "python" && Probes.Contains(p.Name)).ToArray();
        var plan = PlanBuilder.Build(process, found);
        IProbeBackend backend = backendName == "ebpf" ? new EbpfBackend() : new PtraceBackend(LinuxSystemCalls.Instance);
        var support = backend.Evaluate(plan);
        Assert.SkipUnless(support.IsSupported, $"{backendName}: {support.Reason}");
        var events = new EventSink();
        int used;
        await using (var attachment = await backend.AttachAsync(plan, events, TestContext.Current.CancellationToken))
        {
            target.WriteLine($"{Parts}");
            used = int.Parse(target.ReadLine(Patience)!["used ".Length..], CultureInfo.InvariantCulture);
            await attachment.StopAsync();
            Assert.All(plan.Emissions, e => Assert.Equal(0UL, attachment.LostEvents(e.Index)));
        }

        // Otherwise this would show nothing.
        Assert.InRange(used, 1, Parts / 2);
        string[] Expected(int line) => [.. Enumerable.Range(0, Parts).SelectMany(k => new[] { $"<part {k}> <module>", $"<part {k}> part {line + (k % 5)}", $"<part {k}> part {line + (k % 5)}" })];
        static string Text(string[] e) => e[1] == "<module>" ? $"{e[0]} {e[1]}" : $"{e[0]} {e[1]} {e[2]}";
        Assert.Equal(Expected(1), events.Of("function__entry").Where(e => e[0].StartsWith("<part", StringComparison.Ordinal)).Select(Text));
        Assert.Equal(
            Expected(2).Order(StringComparer.Ordinal),
            events.Of("function__return").Where(e => e[0].StartsWith("<part", StringComparison.Ordinal)).Select(Text).Order(StringComparer.Ordinal));
    }

    private static string Script([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", "..", "native-tests", "python", "reused.py"));
}

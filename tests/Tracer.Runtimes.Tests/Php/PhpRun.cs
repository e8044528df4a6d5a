using System.Globalization;
using System.Runtime.CompilerServices;
using Tracer.Core.Backends;
using Tracer.Core.Plans;
using Tracer.Core.Probes;
using Tracer.Core.Runtimes;
using Tracer.Core.Targets;
using Tracer.Linux;
using Tracer.Ptrace;
using Tracer.Testing;
using Tracer.Uprobes;

namespace Tracer.Runtimes.Tests.Php;

/// <summary>One run of native-tests/php/truth.php, attached to while it runs.</summary>
/// <param name="Events">What was seen.</param>
/// <param name="Calls">How often the program called its functions, by class and name.</param>
internal sealed record PhpRun(PhpEvents Events, SortedDictionary<string, int> Calls)
{
    /// <summary>Debian's.</summary>
    public const string Program = "/usr/bin/php8.2";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    /// <summary>Runs it with probes of the name, by a backend.</summary>
    /// <param name="backendName">ebpf or ptrace.</param>
    /// <param name="runtimes">The runtimes; none for the notes as they are.</param>
    /// <param name="specs">The probes.</param>
    /// <param name="settings">Of PHP, as <c>opcache.enable_cli=1</c>.</param>
    /// <param name="isTold">Whether PHP is told to use its own probes.</param>
    public static async Task<PhpRun> Of(string backendName, IReadOnlyList<IRuntime> runtimes, IReadOnlyList<string> specs, IReadOnlyList<string>? settings = null, bool isTold = false)
    {
        using var target = Start(settings ?? [], isTold);
        using var process = new TargetOpener(LinuxSystemCalls.Instance).Open(target.Pid);
        var catalog = ProbeCatalog.Load(process.Modules, runtimes);
        var probes = specs.SelectMany(s => catalog.Match(ProbeSpec.TryParse(s, out var spec, out var error) ? spec : throw new InvalidOperationException(error))).ToArray();
        Assert.Equal(specs.Count, probes.Length);
        Assert.All(probes, p => Assert.Null(p.DormantReason));
        var plan = PlanBuilder.Build(process, probes);
        IProbeBackend backend = backendName == "ebpf" ? new EbpfBackend() : new PtraceBackend(LinuxSystemCalls.Instance);
        var support = backend.Evaluate(plan);
        Assert.SkipUnless(support.IsSupported, $"{backendName}: {support.Reason}");
        var sink = new PhpEvents();
        await using var attachment = await backend.AttachAsync(plan, sink, TestContext.Current.CancellationToken);
        target.WriteLine();
        var calls = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var line = target.ReadLine(Patience); line != "over"; line = target.ReadLine(Patience))
        {
            var words = line.Split(' ', 3);
            Assert.Equal("calls", words[0]);
            calls[words[2]] = int.Parse(words[1], CultureInfo.InvariantCulture);
        }

        await attachment.StopAsync();
        foreach (var emission in plan.Emissions)
            Assert.Equal(0UL, attachment.LostEvents(emission.Index));
        return new PhpRun(sink, calls);
    }

    /// <summary>Starts the program, which then waits.</summary>
    public static LiveTarget Start(IReadOnlyList<string>? settings = null, bool isTold = false)
    {
        Assert.SkipUnless(File.Exists(Program), $"There is no {Program}.");
        var target = LiveTarget.Start(
            Program, [.. (settings ?? []).SelectMany(s => new[] { "-d", s }), Script()], new Dictionary<string, string> { ["USE_ZEND_DTRACE"] = isTold ? "1" : "0" });
        Assert.Equal($"ready {target.Pid}", target.ReadLine(Patience));
        return target;
    }

    private static string Script([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", "..", "native-tests", "php", "truth.php"));
}

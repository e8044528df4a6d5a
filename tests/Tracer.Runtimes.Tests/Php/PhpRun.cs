using System.Globalization;
using System.Runtime.CompilerServices;
using Tracer.Core.Runtimes;
using Tracer.Testing;

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
        var sink = new PhpEvents();
        await using var traced = await TracedProbes.AttachAsync(target.Pid, backendName, runtimes, specs, sink);
        target.WriteLine();
        var calls = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var line = target.ReadLine(Patience); line != "over"; line = target.ReadLine(Patience))
        {
            var words = line.Split(' ', 3);
            Assert.Equal("calls", words[0]);
            calls[words[2]] = int.Parse(words[1], CultureInfo.InvariantCulture);
        }

        await traced.StopAsync();
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

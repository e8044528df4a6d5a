using Tracer.Cli.Tests.Rates;
using Tracer.Linux;

namespace Tracer.Cli.Tests.Faults;

/// <summary>A command from its first instruction to its exit code, with a known number of calls. When starting it fails it must be gone.</summary>
internal sealed class RunScenario : FaultScenario
{
    private const string Program = "import sys\ndef f(): pass\nfor i in range(123): f()\nsys.exit(7)";

    public override string Name => "run by ebpf";

    public override void Dispose()
    {
    }

    protected override async Task SessionAsync(ISystemCallGate gate)
    {
        var sink = new CountingSink();
        var options = new TraceOptions { Probes = ["python:function__entry"], Where = "funcname == \"f\"", Backend = BackendChoice.Ebpf, Sink = sink, Gate = gate };
        await using var session = await TraceSession.LaunchAsync(["/usr/bin/python3.11", "-I", "-c", Program], options);
        var code = await session.WaitForLaunchedExitAsync();
        await session.StopAsync();
        if (session.Completion.IsFaulted)
            await session.Completion;
        var summary = session.Summarise();
        if (code != 7)
            throw new UntrueException($"exit code {code}");
        if (summary.Events + summary.Lost != 123 || (ulong)sink.Count != summary.Events)
            throw new UntrueException($"{summary.Events} events and {summary.Lost} lost of 123; {sink.Count} came.");
    }

    protected override string? Harm()
    {
        // A moment for the one that was killed.
        for (var deadline = DateTime.UtcNow.AddSeconds(5); ; Thread.Sleep(20))
        {
            List<int> left = [.. Children().Except(_others)];
            if (left.Count == 0)
                return null;
            if (DateTime.UtcNow > deadline)
                return $"processes {string.Join(' ', left)} are left";
        }
    }

    protected override void Restart()
    {
        foreach (var child in Children().Except(_others))
            LinuxSystemCalls.Instance.Kill(child, Signal.Kill);
    }

    // Those that other tests have left to themselves.
    private readonly List<int> _others = Children();

    private static List<int> Children() => [.. Directory.GetDirectories("/proc/self/task")
        .SelectMany(t => Read(Path.Combine(t, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(int.Parse)];

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            // The thread has ended.
            return "";
        }
    }
}

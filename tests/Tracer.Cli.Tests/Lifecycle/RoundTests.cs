using System.Diagnostics;
using System.Globalization;
using Tracer.Testing;
using Xunit;

namespace Tracer.Cli.Tests.Lifecycle;

/// <summary>Attaching and detaching again and again: nothing is used up here, and the target's results and text are right.</summary>
public sealed class RoundTests
{
    private const int FirstRounds = 40;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(BackendChoice.Ebpf, 60)]
    [InlineData(BackendChoice.Ptrace, 60)]
    public Task Memory_and_descriptors_stay_as_they_are(BackendChoice backend, int rounds) => Rounds(backend, rounds, 16 << 20);

    /// <summary>The figure of the README: <c>bench/rounds 10000</c>.</summary>
    [Fact(Explicit = true)]
    public Task Measure() => Rounds(
        Enum.Parse<BackendChoice>(Environment.GetEnvironmentVariable("SHARPTRACE_BACKEND") ?? "Ebpf", ignoreCase: true),
        int.Parse(Environment.GetEnvironmentVariable("SHARPTRACE_ROUNDS") ?? "10000", CultureInfo.InvariantCulture), 16 << 20);

    private static async Task Rounds(BackendChoice backend, int rounds, long mostGrowth)
    {
        using var target = LiveTarget.Start(Repository.Fixture("death/death"), ["2"]);
        target.ReadLine(Patience);
        var text = Ask(target).Split(' ').Single(w => w.StartsWith("text=", StringComparison.Ordinal));
        var options = new TraceOptions { Probes = ["death:*"], Backend = backend, GuardianPath = "" };
        var (descriptors, memory, events) = (0, 0L, 0UL);
        var clock = Stopwatch.StartNew();
        for (var round = -FirstRounds; round < rounds; round++)
        {
            if (round == 0)
                (descriptors, memory) = (Descriptors(), Memory());
            await using var session = await TraceSession.AttachAsync(target.Pid, options, TestContext.Current.CancellationToken);
            await session.StopAsync();
            var summary = session.Summarise();
            Assert.Equal(0UL, summary.Lost);
            events += session.DeliveredEvents;
            if (round > 0 && round % 1000 == 0)
                Report();
        }

        Report();
        Assert.Equal(descriptors, Descriptors());
        Assert.InRange(Memory() - memory, long.MinValue, mostGrowth);
        var said = Ask(target);
        Assert.Contains("wrong=0 ", said, StringComparison.Ordinal);
        Assert.Contains(text, said, StringComparison.Ordinal);
        Assert.Contains("semaphores=0", said, StringComparison.Ordinal);

        void Report() => TestContext.Current.SendDiagnosticMessage(
            "{0} rounds of {1} in {2:0} s: descriptors {3} -> {4}, resident memory {5:0.0} -> {6:0.0} MiB, {7} events; the target says {8}",
            rounds, backend, clock.Elapsed.TotalSeconds, descriptors, Descriptors(), memory / 1048576.0, Memory() / 1048576.0, events, Ask(target));
    }

    private static string Ask(LiveTarget target)
    {
        target.WriteLine("check");
        return target.ReadLine(Patience);
    }

    private static int Descriptors() => Directory.GetFiles("/proc/self/fd").Length;

    private static long Memory()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        // "VmRSS:	  48424 kB"
        var line = File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2].Replace("VmRSS:", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture) * 1024;
    }
}

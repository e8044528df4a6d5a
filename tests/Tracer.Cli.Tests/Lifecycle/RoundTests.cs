using System.Diagnostics;
using System.Globalization;
using Tracer.Cli.Tests.Rates;
using Tracer.Testing;
using Xunit;

namespace Tracer.Cli.Tests.Lifecycle;

/// <summary>Attaching and detaching again and again: nothing is used up here, and the target's results and text are right.</summary>
public sealed class RoundTests
{
    // Code is compiled and heaps grow to their size before anything is compared.
    private const int LeastFirstRounds = 40;

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
        // Events are taken as they come; on a machine that is busy with other things some are lost all the same, and counted.
        var options = new TraceOptions { Probes = ["death:*"], Backend = backend, GuardianPath = "", Sink = new CountingSink() };
        var (descriptors, memory, events, lost) = (0, 0L, 0UL, 0UL);
        var clock = Stopwatch.StartNew();
        for (var round = -Math.Max(LeastFirstRounds, rounds / 10); round < rounds; round++)
        {
            if (round == 0)
                (descriptors, memory) = (Descriptors(), Memory());
            await using (var session = await TraceSession.AttachAsync(target.Pid, options, TestContext.Current.CancellationToken))
            {
                await session.StopAsync();
                lost += session.Summarise().Lost;
                events += session.DeliveredEvents;
            }

            if (round > 0 && round % 1000 == 0)
                Report(round);
        }

        Report(rounds);
        Assert.Equal(descriptors, Descriptors());
        Assert.InRange(events, (ulong)rounds, ulong.MaxValue);
        Assert.InRange(Memory() - memory, long.MinValue, mostGrowth);
        var said = Ask(target);
        Assert.Contains("wrong=0 ", said, StringComparison.Ordinal);
        Assert.Contains(text, said, StringComparison.Ordinal);
        Assert.Contains("semaphores=0", said, StringComparison.Ordinal);

        void Report(int made) => TestContext.Current.SendDiagnosticMessage(
            "{0} rounds of {1} in {2:0} s: descriptors {3} -> {4}, resident memory {5:0.0} -> {6:0.0} MiB, {7} events, {8} lost; the target says {9}",
            made, backend, clock.Elapsed.TotalSeconds, descriptors, Descriptors(), memory / 1048576.0, Memory() / 1048576.0, events, lost, Ask(target));
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

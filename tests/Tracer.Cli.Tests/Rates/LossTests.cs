using System.Globalization;
using Tracer.Testing;
using Xunit;

namespace Tracer.Cli.Tests.Rates;

/// <summary>delivered + lost = fired, whatever the reader does.</summary>
public sealed class LossTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public async Task Delivered_and_lost_events_are_all_that_fired(int delayMilliseconds)
    {
        using var target = LiveTarget.Start(Repository.Fixture("rate/rate"), ["750000", "2"]);
        target.ReadLine(Patience);
        var sink = new CountingSink(delayMilliseconds == 0 ? null : TimeSpan.FromMilliseconds(delayMilliseconds));
        var options = new TraceOptions { Probes = ["rate:hit(_, string, _)"], Backend = BackendChoice.Ebpf, Sink = sink };
        await using var session = await TraceSession.AttachAsync(target.Pid, options, TestContext.Current.CancellationToken);
        target.WriteLine();
        var fields = target.ReadLine(Patience).Split(' ').Skip(1).Select(f => f.Split('=')).ToDictionary(f => f[0], f => long.Parse(f[1], CultureInfo.InvariantCulture));
        await session.StopAsync();
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{fields["fired"]} fired at {fields["fired"] * 1e9 / fields["elapsed_ns"]:N0} a second, {session.DeliveredEvents} delivered, {session.LostEvents} lost");
        Assert.Equal((ulong)fields["fired"], session.DeliveredEvents + session.LostEvents);
        Assert.Equal((ulong)sink.Count, session.DeliveredEvents);
        Assert.Equal(delayMilliseconds != 0, session.LostEvents > 0);
    }
}

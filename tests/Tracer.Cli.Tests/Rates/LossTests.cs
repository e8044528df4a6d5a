using System.Globalization;
using Tracer.Testing;
using Xunit;

namespace Tracer.Cli.Tests.Rates;

/// <summary>delivered + lost = fired, whatever the reader does.</summary>
public sealed class LossTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Delivered_and_lost_events_are_all_that_fired(bool readerStands)
    {
        using var target = LiveTarget.Start(Repository.Fixture("rate/rate"), ["750000", "2"]);
        target.ReadLine(Patience);
        var release = new TaskCompletionSource();
        var sink = new CountingSink(readerStands ? release.Task : null);
        var options = new TraceOptions { Probes = ["rate:hit(_, string, _)"], Backend = BackendChoice.Ebpf, Sink = sink };
        await using var session = await TraceSession.AttachAsync(target.Pid, options, TestContext.Current.CancellationToken);
        target.WriteLine();
        var fields = target.ReadLine(Patience).Split(' ').Skip(1).Select(f => f.Split('=')).ToDictionary(f => f[0], f => long.Parse(f[1], CultureInfo.InvariantCulture));
        release.SetResult();
        await session.StopAsync();
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{fields["fired"]} fired at {fields["fired"] * 1e9 / fields["elapsed_ns"]:N0} a second, {session.DeliveredEvents} delivered, {session.LostEvents} lost");
        Assert.Equal((ulong)fields["fired"], session.DeliveredEvents + session.LostEvents);
        Assert.Equal((ulong)sink.Count, session.DeliveredEvents);
        Assert.True(session.DeliveredEvents > 0);
        // The ring holds a fraction of what fires. A reader that runs may or may not keep up on a busy machine: either is fine if it is counted.
        if (readerStands)
            Assert.True(session.LostEvents > 0);
    }
}

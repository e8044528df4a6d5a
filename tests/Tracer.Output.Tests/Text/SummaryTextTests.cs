using Tracer.Core.Diagnostics;
using Tracer.Core.Events;
using Tracer.Output.Text;

namespace Tracer.Output.Tests.Text;

public sealed class SummaryTextTests
{
    [Fact]
    public void What_is_unusual_is_told_when_it_is_there() => Assert.Equal(
        "0 events, 0 lost, 0 truncated, 0 unreadable, 1 whose filter could not be computed, 3 assignments dropped, 4 limited, backend ebpf, target stopped 0.0 ms, 0.0 s.\n",
        Summary(new TraceSummary { Backend = "ebpf", Probes = [], Faults = 1, Drops = 3, Limited = 4 }));

    [Fact]
    public void A_trace_that_aggregates_has_hits_and_no_events() => Assert.Equal(
        "1,234 hits, 2,000 beyond the most keys, backend ebpf, target stopped 0.0 ms, 0.0 s.\n",
        Summary(new TraceSummary { Backend = "ebpf", Probes = [], IsAggregated = true, Hits = 1234, Overflow = 2000 }));

    [Fact]
    public void Hits_that_are_not_known_are_not_told() =>
        Assert.StartsWith("2 unreadable, backend", Summary(new TraceSummary { Backend = "ebpf", Probes = [], IsAggregated = true, Unreadable = 2 }), StringComparison.Ordinal);

    [Fact]
    public void An_error_in_a_text_shows_the_place_as_it_is_formatted()
    {
        var error = new TracerException("ST0605", FailureKind.Usage, "The filter cannot be compiled.", "unknown name.", "write foo.") { Listing = "error: unknown name\n  fo\n  ^~\nhint: write foo" };
        Assert.Equal("error: unknown name\n  fo\n  ^~\nhint: write foo\nsharptrace: The filter cannot be compiled. [ST0605]", ErrorText.Of(error));
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(63, "traced 37 % of the time to stay below 5 % (cost 4.5 %), 2 calls cut by pauses, backend")]
    [InlineData(99.5, "traced 0.5 % of the time")]
    [InlineData(0.01, "traced over 99.9 % of the time")]
    [InlineData(100, "traced 0 % of the time")]
    public void A_bound_on_the_overhead_is_told_of_when_it_kept_probes_off(double paused, string? told)
    {
        var overhead = new OverheadReport(5, TimeSpan.FromSeconds(4.5), TimeSpan.FromSeconds(100), TimeSpan.FromSeconds(paused), TimeSpan.FromSeconds(100), 2);
        var text = Summary(new TraceSummary { Backend = "ebpf", Probes = [], Overhead = overhead });
        if (told is null)
            Assert.DoesNotContain("of the time", text, StringComparison.Ordinal);
        else
            Assert.Contains(told, text, StringComparison.Ordinal);
    }

    private static string Summary(TraceSummary summary)
    {
        using var messages = new StringWriter();
        new TextOutput(new OutputBuffer(Stream.Null), messages, colour: false, verbose: false).Summary(summary);
        return messages.ToString();
    }
}

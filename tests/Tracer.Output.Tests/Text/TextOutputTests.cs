using System.Text;
using System.Text.RegularExpressions;
using Tracer.Core.Diagnostics;
using Tracer.Core.Evaluation;
using Tracer.Core.Events;
using Tracer.Core.Expressions;
using Tracer.Output.Text;

namespace Tracer.Output.Tests.Text;

public sealed partial class TextOutputTests
{
    [Fact]
    public void A_line_begins_with_local_time_process_thread_and_probe()
    {
        var line = Line(SampleEvent.PythonCall());
        Assert.Matches(@"^\d\d:\d\d:\d\d\.\d{6}  4312/4313  python:function__entry  app\.py:3 fib\n$", line);
    }

    [Fact]
    public void The_time_is_the_wall_clocks()
    {
        var sample = SampleEvent.PythonCall();
        var line = Line(sample);
        var expected = new WallClock().ToWallClock(sample.Record.Time).TimeOfDay;
        var difference = (TimeSpan.Parse(line[..15], System.Globalization.CultureInfo.InvariantCulture) - expected).Duration();
        Assert.True(difference < TimeSpan.FromSeconds(1) || difference > TimeSpan.FromHours(23), $"{line} is not at {expected}");
    }

    [Fact]
    public void Values_that_are_no_place_are_named() =>
        Assert.Equal(" path=\"/index\" status=404", Values(new SampleEvent().Text("path", "/index").Integer("status", IntegerType.Int32, 404)));

    [Fact]
    public void What_was_read_late_is_marked() =>
        Assert.Equal(" path=\"/index\"~ status=404", Values(new SampleEvent().Text("path", "/index").Integer("status", IntegerType.Int32, 404).Late("path")));

    [Fact]
    public void What_a_place_does_not_show_follows_it_by_name() =>
        Assert.EndsWith("  app.py:3 fib depth=7\n", Line(SampleEvent.PythonCall().Integer("depth", IntegerType.Int32, 7)), StringComparison.Ordinal);

    [Fact]
    public void A_file_name_without_a_line_is_an_ordinary_value() =>
        Assert.Equal(" filename=\"a.py\"", Values(new SampleEvent().Text("filename", "a.py")));

    [Theory]
    [InlineData("plain text", "plain text")]
    [InlineData("", "")]
    [InlineData("größe 漢字 🐍", "größe 漢字 🐍")]
    [InlineData("two\nlines\r\t.", @"two\nlines\r\t.")]
    [InlineData("say \"hello\"", @"say \""hello\""")]
    [InlineData("\e[31mred\e[0m", @"\x1b[31mred\x1b[0m")]
    [InlineData("\e]0;title\a", @"\x1b]0;title\x07")]
    [InlineData("c1\u009b31m", @"c1\x9b31m")]
    [InlineData("del\u007f", @"del\x7f")]
    [InlineData("not c1: \u00a0", "not c1: \u00a0")]
    [InlineData(@"back\slash", @"back\slash")]
    public void Text_stays_on_its_line_and_cannot_steer_a_terminal(string text, string shown) =>
        Assert.Equal($" t=\"{shown}\"", Values(new SampleEvent().Text("t", text)));

    [Theory]
    [InlineData(Charset.Utf8, new byte[] { 0x41, 0xFF, 0x42 }, @"A\xffB")]
    [InlineData(Charset.Latin1, new byte[] { 0x41, 0xE9 }, "Aé")]
    [InlineData(Charset.Latin1, new byte[] { 0x9B, 0x31 }, @"\x9b1")]
    [InlineData(Charset.Ucs2, new byte[] { 0x41, 0x00, 0x42, 0x04 }, "Aт")]
    [InlineData(Charset.Ucs2, new byte[] { 0x00, 0xD8 }, @"\ud800")]
    [InlineData(Charset.Ucs4, new byte[] { 0x0D, 0xF4, 0x01, 0x00 }, "🐍")]
    public void Text_of_every_charset_is_shown_as_UTF8(Charset charset, byte[] bytes, string shown) =>
        Assert.Equal($" t=\"{shown}\"", Values(new SampleEvent().Bytes("t", bytes, charset)));

    [Fact]
    public void Truncated_text_ends_in_a_mark_and_in_a_whole_character() =>
        Assert.Equal(" t=\"caf…\"", Values(new SampleEvent().Bytes("t", [0x63, 0x61, 0x66, 0xC3], truncated: true)));

    [Fact]
    public void A_value_that_is_missing_says_why() => Assert.Equal(
        " a=<unreadable 0xdead> b=<unavailable: it is in xmm0> c=<division by zero> d=<too long to compute>",
        Values(new SampleEvent().Fault("a", 0xdead).Unavailable("b", "it is in xmm0").Failed("c", EvaluationStatus.DivideByZero).Failed("d", EvaluationStatus.LoopLimit)));

    [Fact]
    public void A_reason_cannot_steer_a_terminal() =>
        Assert.Equal(@" a=<unavailable: symbol \x1b[31m is missing>", Values(new SampleEvent().Unavailable("a", "symbol \e[31m is missing")));

    [Fact]
    public void A_probes_name_cannot_steer_a_terminal() =>
        Assert.Contains(@"ev\x1b[31m:il\n  a=1", Line(new SampleEvent("ev\e[31m", "il\n").Integer("a", IntegerType.Int32, 1)), StringComparison.Ordinal);

    [Fact]
    public void Integers_are_shown_by_their_type() => Assert.Equal(
        " a=-1 b=18446744073709551615 c=-9223372036854775808 d=255",
        Values(new SampleEvent().Integer("a", IntegerType.Int64, ulong.MaxValue).Integer("b", IntegerType.UInt64, ulong.MaxValue)
            .Integer("c", IntegerType.Int64, 1UL << 63).Integer("d", IntegerType.UInt8, 255)));

    [Fact]
    public void Floats_are_shown_by_the_shortest_text_that_gives_them_back() => Assert.Equal(
        " a=0.1 b=-0 c=1E+300 d=NaN e=-Infinity f=0.1 g=16777216",
        Values(new SampleEvent().Float("a", 0.1).Float("b", -0.0).Float("c", 1e300).Float("d", double.NaN).Float("e", double.NegativeInfinity)
            .Single("f", 0.1f).Single("g", 16777216f)));

    [Fact]
    public void Colours_stand_only_where_they_were_asked_for()
    {
        Assert.DoesNotContain('\e', Line(SampleEvent.PythonCall()));
        var coloured = Line(SampleEvent.PythonCall(), colour: true);
        Assert.Contains('\e', coloured);
        Assert.Equal(Line(SampleEvent.PythonCall())[15..], Colour().Replace(coloured, "")[15..]);
    }

    [Fact]
    public void Messages_go_to_the_other_stream()
    {
        using var events = new MemoryStream();
        using var messages = new StringWriter();
        var output = new TextOutput(new OutputBuffer(events), messages, colour: false, verbose: true);
        output.Attached(4312, "ebpf", [SampleEvent.PythonCall().Probe]);
        output.Error(new TracerException("ST9999", FailureKind.TracingFailed, "It broke.", "It was old.", "Buy another."));
        output.Summary(Samples.Summary);
        Assert.Equal(0, events.Length);
        Assert.Equal(
            """
            Attached to 4312 by ebpf: 1 probe, 1 site. Ctrl-C stops.
              python:function__entry at app+0x1234: filename = cstring(0x0), funcname = cstring(0x0), lineno = 0
            sharptrace: It broke. It was old. Buy another. [ST9999]
              python:function__entry                          1,234 events, 5 lost
              python:function__return                             0 events
            1,234 events, 5 lost, 2 truncated, 1 unreadable, 3 returns not seen, backend ptrace, target stopped 12.5 ms, 1.5 s.

            """,
            Regex.Replace(messages.ToString(), @"filename = [^,]*, funcname = [^,]*, lineno = .*", "filename = cstring(0x0), funcname = cstring(0x0), lineno = 0"));
    }

    [Fact]
    public void A_message_cannot_steer_a_terminal()
    {
        using var messages = new StringWriter();
        var output = new TextOutput(new OutputBuffer(Stream.Null), messages, colour: false, verbose: true);
        output.Attached(1, "ebpf", [new SampleEvent("a\e[31m", "b\u009b").Probe]);
        output.Error(new TracerException("ST9999", FailureKind.NotFound, "There is no \e]0;x\a."));
        output.Summary(new TraceSummary { Backend = "ebpf", Probes = [new ProbeCount("a\e[31m:b", 1, 0)] });
        Assert.DoesNotContain(messages.ToString(), c => char.IsControl(c) && c != '\n');
        Assert.Contains(@"There is no \x1b]0;x\x07.", messages.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Silence_is_explained()
    {
        using var messages = new StringWriter();
        var output = new TextOutput(new OutputBuffer(Stream.Null), messages, colour: false, verbose: false);
        output.Summary(new TraceSummary { Backend = "ebpf", Probes = [], WhyNoEvents = "No events: the target slept." });
        Assert.EndsWith("No events: the target slept.\n", messages.ToString(), StringComparison.Ordinal);
    }

    private static string Values(SampleEvent sample)
    {
        var line = Line(sample);
        const string Head = "app:request ";
        return line[(line.IndexOf(Head, StringComparison.Ordinal) + Head.Length)..^1];
    }

    private static string Line(SampleEvent sample, bool colour = false)
    {
        using var events = new MemoryStream();
        var output = new TextOutput(new OutputBuffer(events), TextWriter.Null, colour, verbose: false);
        output.OnEvent(sample.Record);
        output.OnBatchEnd();
        return Encoding.UTF8.GetString(events.ToArray());
    }

    [GeneratedRegex("\e\\[[0-9;]*m")]
    private static partial Regex Colour();
}

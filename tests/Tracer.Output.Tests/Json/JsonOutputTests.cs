using System.Text;
using System.Text.Json;
using CsCheck;
using Tracer.Core.Diagnostics;
using Tracer.Core.Evaluation;
using Tracer.Core.Events;
using Tracer.Core.Expressions;
using Tracer.Output.Json;

namespace Tracer.Output.Tests.Json;

public sealed class JsonOutputTests
{
    [Fact]
    public void An_event_has_typed_fields_and_its_values_by_name()
    {
        var data = Event(SampleEvent.PythonCall());
        Assert.Equal(4312, data.GetProperty("pid").GetInt32());
        Assert.Equal(4313, data.GetProperty("tid").GetInt32());
        Assert.Equal(1, data.GetProperty("cpu").GetInt32());
        Assert.Equal("worker", data.GetProperty("comm").GetString());
        Assert.Equal("python:function__entry", data.GetProperty("probe").GetString());
        Assert.Equal(1_000_123_456_789, data.GetProperty("monotonic").GetInt64());
        Assert.True(data.GetProperty("time").TryGetDateTimeOffset(out _));
        Assert.Equal("""{"filename":"app.py","funcname":"fib","lineno":3}""", data.GetProperty("args").GetRawText());
    }

    [Fact]
    public void Numbers_are_numbers() => Assert.Equal(
        """{"a":-1,"b":18446744073709551615,"c":0.1,"d":1E+300,"e":0.1,"f":"NaN","g":"-Infinity"}""",
        Args(new SampleEvent().Integer("a", IntegerType.Int8, ulong.MaxValue).Integer("b", IntegerType.UInt64, ulong.MaxValue).Float("c", 0.1).Float("d", 1e300)
            .Single("e", 0.1f).Float("f", double.NaN).Float("g", double.NegativeInfinity)));

    [Fact]
    public void Values_that_are_not_whole_are_objects() => Assert.Equal(
        """{"a":{"truncated":true,"value":"GET","length":4000},"b":{"truncated":true,"value":"GET"},"c":{"unreadable":"0xdead"},"d":{"unavailable":"it is in xmm0"},"e":{"unavailable":"division by zero"},"f":{"unavailable":"too long to compute"}}""",
        Args(new SampleEvent().Text("a", "GET", truncated: true, length: 4000).Text("b", "GET", truncated: true).Fault("c", 0xdead).Unavailable("d", "it is in xmm0")
            .Failed("e", EvaluationStatus.DivideByZero).Failed("f", EvaluationStatus.LoopLimit)));

    [Theory]
    [InlineData(Charset.Utf8, new byte[] { 0x41, 0xFF, 0x0A, 0x22, 0x1B }, "A\\xff\n\"\e")]
    [InlineData(Charset.Latin1, new byte[] { 0xE9 }, "é")]
    [InlineData(Charset.Ucs2, new byte[] { 0x42, 0x04, 0x00, 0xD8 }, "т\\ud800")]
    [InlineData(Charset.Ucs4, new byte[] { 0x0D, 0xF4, 0x01, 0x00 }, "🐍")]
    public void Text_comes_back_from_JSON(Charset charset, byte[] bytes, string text) =>
        Assert.Equal(text, Event(new SampleEvent().Bytes("t", bytes, charset)).GetProperty("args").GetProperty("t").GetString());

    [Fact]
    public void Any_bytes_give_one_line_of_valid_JSON() => Gen.Select(Gen.Byte.Array[0, 40], Gen.Int[0, 3].Select(k => new[] { Charset.Utf8, Charset.Latin1, Charset.Ucs2, Charset.Ucs4 }[k]), Gen.Bool)
        .Sample((bytes, charset, truncated) => Event(new SampleEvent().Bytes("t", bytes, charset, truncated).Comm([.. bytes.Take(15)])).GetProperty("args").ValueKind == JsonValueKind.Object, iter: 2000);

    [Fact]
    public void Every_record_type_is_one_line_with_a_type_and_data()
    {
        var lines = Lines(output =>
        {
            output.Attached(4312, "ebpf", [SampleEvent.PythonCall().Probe]);
            output.OnEvent(SampleEvent.PythonCall().Record);
            output.Error(new TracerException("ST9999", FailureKind.TracingFailed, "It \"broke\".\n", null, "Buy another."));
            output.Summary(Samples.Summary);
        });
        Assert.Equal(["attach", "event", "error", "loss", "summary"], lines.Select(l => l.GetProperty("type").GetString()));
        Assert.Equal(
            """{"pid":4312,"backend":"ebpf","probes":[{"probe":"python:function__entry","module":"/opt/app","sites":1}]}""", lines[0].GetProperty("data").GetRawText());
        Assert.Equal("""{"id":"ST9999","what":"It \"broke\".\n","why":null,"remedy":"Buy another."}""", lines[2].GetProperty("data").GetRawText());
        Assert.Equal("""{"probe":"python:function__entry","lost":5}""", lines[3].GetProperty("data").GetRawText());
        Assert.Equal(
            """{"events":1234,"lost":5,"lostFrames":3,"truncated":2,"unreadable":1,"backend":"ptrace","targetStoppedMilliseconds":12.5,"seconds":1.5,"probes":[{"probe":"python:function__entry","events":1234,"lost":5},{"probe":"python:function__return","events":0,"lost":0}]}""",
            lines[4].GetProperty("data").GetRawText());
    }

    [Fact]
    public void Silence_is_explained() => Assert.Equal(
        "the target slept",
        Lines(o => o.Summary(new TraceSummary { Backend = "ebpf", Probes = [], WhyNoEvents = "the target slept" }))[0].GetProperty("data").GetProperty("reason").GetString());

    [Fact]
    public void A_record_is_written_before_the_next_batch_begins()
    {
        using var stream = new MemoryStream();
        using var output = new JsonOutput(new OutputBuffer(stream));
        output.OnEvent(SampleEvent.PythonCall().Record);
        output.OnBatchEnd();
        Assert.Equal((byte)'\n', stream.ToArray()[^1]);
    }

    [Fact]
    public void Values_that_were_read_late_are_named()
    {
        var late = Lines(o => o.OnEvent(new SampleEvent().Text("path", "/index").Integer("status", IntegerType.Int32, 404).Late("path").Record))[0].GetProperty("data").GetProperty("late");
        Assert.Equal("""["path"]""", late.GetRawText());
        Assert.False(Lines(o => o.OnEvent(SampleEvent.PythonCall().Record))[0].GetProperty("data").TryGetProperty("late", out _));
        Assert.Equal(3UL, Lines(o => o.Summary(new TraceSummary { Backend = "perf", Probes = [], Late = 3 }))[0].GetProperty("data").GetProperty("late").GetUInt64());
    }

    [Fact]
    public void A_bound_on_the_overhead_is_always_told_of()
    {
        var overhead = new OverheadReport(5, TimeSpan.FromSeconds(4.5), TimeSpan.FromSeconds(100), TimeSpan.FromSeconds(63), TimeSpan.FromSeconds(100), 2);
        var data = Lines(o => o.Summary(new TraceSummary { Backend = "ebpf", Probes = [], Overhead = overhead }))[0].GetProperty("data");
        Assert.Equal("""{"limitPercent":5,"percent":4.5,"tracedShare":0.37,"cutCalls":2}""", data.GetProperty("overhead").GetRawText());
    }

    private static JsonElement Event(SampleEvent sample)
    {
        var line = Assert.Single(Lines(o => o.OnEvent(sample.Record)));
        Assert.Equal("event", line.GetProperty("type").GetString());
        return line.GetProperty("data");
    }

    private static string Args(SampleEvent sample) => Event(sample).GetProperty("args").GetRawText();

    private static JsonElement[] Lines(Action<JsonOutput> write)
    {
        using var stream = new MemoryStream();
        using var output = new JsonOutput(new OutputBuffer(stream));
        write(output);
        output.OnBatchEnd();
        var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(stream.ToArray());
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        return [.. text[..^1].Split('\n').Select(l =>
        {
            using var document = JsonDocument.Parse(l);
            return document.RootElement.Clone();
        })];
    }
}

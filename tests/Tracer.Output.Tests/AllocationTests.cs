using Tracer.Core.Evaluation;
using Tracer.Core.Expressions;
using Tracer.Output.Json;
using Tracer.Output.Text;
using Tracer.Testing;

namespace Tracer.Output.Tests;

public sealed class AllocationTests
{
    public static TheoryData<string> Shapes => ["python call", "every kind of value", "values that are missing", "text that is not ASCII", "an odd probe name"];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_text_line_allocates_nothing_once_its_probe_is_known(string shape)
    {
        var buffer = new OutputBuffer(Stream.Null);
        Assert.Equal(0, AllocatedBy(new TextOutput(buffer, TextWriter.Null, colour: true, verbose: false), Sample(shape)));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_JSON_line_allocates_nothing_once_its_probe_is_known(string shape)
    {
        using var output = new JsonOutput(new OutputBuffer(Stream.Null));
        Assert.Equal(0, AllocatedBy(output, Sample(shape)));
    }

    private static SampleEvent Sample(string shape) => shape switch
    {
        "python call" => SampleEvent.PythonCall(),
        "every kind of value" => new SampleEvent().Integer("a", IntegerType.Int8, ulong.MaxValue).Integer("b", IntegerType.UInt64, ulong.MaxValue)
            .Float("c", -1.5e300).Single("d", 0.1f).Float("e", double.NaN).Float("f", double.NegativeInfinity).Text("g", "GET /", truncated: true, length: 4000),
        "values that are missing" => new SampleEvent().Fault("a", 0xdeadbeef).Unavailable("b", "symbol .LC1 is in no symbol table")
            .Failed("c", EvaluationStatus.DivideByZero).Failed("d", EvaluationStatus.LoopLimit),
        "text that is not ASCII" => SampleEvent.PythonCall("größe.py", 3, "naïve\n").Bytes("ucs2", [0x42, 0x04, 0x00, 0xD8], Charset.Ucs2)
            .Bytes("latin", [0xE9, 0x41], Charset.Latin1).Bytes("bad", [0xFF, 0x41, 0xC3]).Comm([0xFF, 0x41]),
        _ => new SampleEvent("größe", "a\e[31mb").Integer("a", IntegerType.Int32, 1),
    };

    private static long AllocatedBy(TraceOutput output, SampleEvent sample) => Allocated.By(() =>
    {
        var record = sample.Record;
        for (var k = 0; k < 2000; k++)
            output.OnEvent(record);
        output.OnBatchEnd();
    });
}

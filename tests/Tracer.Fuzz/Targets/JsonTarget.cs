using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Tracer.Core.Aggregations;
using Tracer.Core.Diagnostics;
using Tracer.Core.Evaluation;
using Tracer.Core.Events;
using Tracer.Core.Expressions;
using Tracer.Core.Records;
using Tracer.Core.Stacks.Symbols;
using Tracer.Core.Stacks.Threads;
using Tracer.Core.Targets;
using Tracer.Output;
using Tracer.Output.Aggregations;
using Tracer.Output.Json;
using Tracer.Output.Text;

namespace Tracer.Fuzz.Targets;

/// <summary>
/// NDJSON whose every string is the target's: what is written parses and gives back the values; the text format has the same strings on lines that no terminal obeys.
/// An input is texts of UTF-16 units, each with a byte for its length before it.
/// </summary>
public sealed class JsonTarget : FuzzTarget
{
    /// <inheritdoc/>
    public override string Name => "json";

    /// <inheritdoc/>
    public override int Count => 1_500;

    /// <inheritdoc/>
    public override int MaximumLength => 1 << 10;

    /// <inheritdoc/>
    public override long AllocationLimit(int length) => (2048L * length) + (8 << 20);

    /// <inheritdoc/>
    public override IEnumerable<byte[]> Seeds =>
    [
        Pack("app", "request", "size", "path", "/a \"b\" \\c", "\u001b[2J\n\r\t\0", "\ud800", "\udc00\ud800x"),
        Pack("\u0085\u009b", "\u202e", "é", "日本", "😀", "\ufffe\uffff", "</script>", "\u2028\u2029"),
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<byte[]> Words { get; } = [.. new[] { "\ud800", "\udfff", "\u001b", "\u009b", "\n", "\0", "\"", "\\", "\u2028", "\u202e", "😀", "/", "\u007f" }.Select(Encoding.Unicode.GetBytes)];

    /// <inheritdoc/>
    public override void Run(byte[] input, Outcome outcome)
    {
        var texts = Unpack(input);
        string At(int k) => texts.Count == 0 ? "" : texts[k % texts.Count];
        foreach (var text in texts)
        {
            foreach (var c in text)
                outcome.Add(char.GetUnicodeCategory(c).ToString());
        }

        var module = new TargetModule("/" + At(2), "/x", 0);
        var emission = Emissions.Make(At(0), At(1), module, [("a" + At(2), Build.CString(Build.Constant(0))), ("b" + At(3), Build.CString(Build.Constant(0))), ("c", Build.Constant(0, IntegerType.Int64)), ("d", Build.Constant(0))]);
        (ulong, Charset, byte[])[] values =
        [
            (0, Charset.Utf8, Encoding.UTF8.GetBytes(At(4))), (0, Charset.Ucs2, MemoryMarshal.AsBytes(At(5).AsSpan()).ToArray()), (unchecked((ulong)long.MinValue), default, []), (ulong.MaxValue, default, []),
        ];
        var bytes = Emissions.Record(emission, values, Encoding.UTF8.GetBytes(At(6)));
        var record = new EventRecord(emission, bytes);
        var error = new TracerException("ST0000", FailureKind.Unsupported, At(0), At(1), At(2));
        var summary = new TraceSummary { Backend = "ptrace", Probes = [new ProbeCount(emission.ProbeName, 3, 1)], Events = 3, Lost = 1, WhyNoEvents = At(3) };
        var report = Report(At(4), At(5));
        var stacks = Stacks(At);
        using var json = new MemoryStream();
        using var plain = new MemoryStream();
        using var messages = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        var jsonBuffer = new OutputBuffer(json);
        var textBuffer = new OutputBuffer(plain);
        using (var output = new JsonOutput(jsonBuffer))
            Write(output, emission, record, error, summary, report);
        StacksJson.Write(jsonBuffer, stacks);
        jsonBuffer.Flush();
        var text1 = new TextOutput(textBuffer, messages, colour: false, verbose: true);
        Write(text1, emission, record, error, summary, report);
        StacksText.Write(textBuffer, stacks);
        textBuffer.Flush();
        Check(OutputChecks.Lines(json.ToArray()), At, emission.ProbeName, bytes);
        OutputChecks.Harmless(Encoding.UTF8.GetString(plain.ToArray()));
        OutputChecks.Harmless(messages.ToString());
    }

    private static void Write(TraceOutput output, Core.Plans.Emission emission, in EventRecord record, TracerException error, TraceSummary summary, AggregationReport report)
    {
        output.Attached(1, "ptrace", [emission.Probe]);
        output.OnEvent(record);
        output.OnBatchEnd();
        output.Aggregation(report);
        output.Error(error);
        output.Summary(summary);
        output.OnBatchEnd();
    }

    private static void Check(IReadOnlyList<System.Text.Json.JsonElement> lines, Func<int, string> at, string probe, byte[] record)
    {
        var data = lines.ToLookup(l => l.GetProperty("type").GetString(), l => l.GetProperty("data"));
        OutputChecks.Equal("probe", Valid(probe), data["attach"].Single().GetProperty("probes")[0].GetProperty("probe").GetString());
        OutputChecks.Equal("module", Valid("/" + at(2)), data["attach"].Single().GetProperty("probes")[0].GetProperty("module").GetString());
        var happened = data["event"].Single();
        OutputChecks.Equal("event", Valid(probe), happened.GetProperty("probe").GetString());
        var names = new[] { Valid("a" + at(2)), Valid("b" + at(3)) };
        var arguments = happened.GetProperty("args");
        OutputChecks.Equal("UTF-8", Valid(at(4)), arguments.GetProperty(names[0]).GetString());
        OutputChecks.Equal("UCS-2", TextDecoder.Decode(MemoryMarshal.AsBytes(at(5).AsSpan()), Charset.Ucs2, false), arguments.GetProperty(names[1]).GetString());
        OutputChecks.Equal("least", long.MinValue.ToString(CultureInfo.InvariantCulture), arguments.GetProperty("c").GetInt64().ToString(CultureInfo.InvariantCulture));
        OutputChecks.Equal("greatest", ulong.MaxValue.ToString(CultureInfo.InvariantCulture), arguments.GetProperty("d").GetUInt64().ToString(CultureInfo.InvariantCulture));
        var comm = record.AsSpan(RecordLayout.CommOffset, RecordLayout.CommSize);
        OutputChecks.Equal("comm", TextDecoder.Decode(comm.IndexOf((byte)0) is >= 0 and var end ? comm[..end] : comm, Charset.Utf8, false), happened.GetProperty("comm").GetString());
        OutputChecks.Equal("what", Valid(at(0)), data["error"].Single().GetProperty("what").GetString());
        OutputChecks.Equal("remedy", Valid(at(2)), data["error"].Single().GetProperty("remedy").GetString());
        OutputChecks.Equal("reason", Valid(at(3)), data["summary"].First().GetProperty("reason").GetString());
        if (lines.Count < 6)
            throw new InvalidOperationException($"{lines.Count} lines of JSON.");
    }

    // What has no UTF-8 becomes U+FFFD, as Encoding.UTF8 does it.
    private static string Valid(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private static AggregationReport Report(string key, string name)
    {
        var aggregation = new Aggregation(name, AggregationFunction.Count, new AggregationKey(key, TextType.Instance));
        var table = new AggregationTable(aggregation);
        var writer = new KeyWriter();
        writer.Add(Encoding.UTF8.GetBytes(name), Charset.Utf8, EvaluationStatus.Ok);
        table.TryAdd(writer.Key, 1);
        return new AggregationReport(new AggregationSnapshot(aggregation, table.Rows(), 0, 0)) { Time = DateTimeOffset.UnixEpoch };
    }

    private static StacksReport Stacks(Func<int, string> at) => new()
    {
        ProcessId = 1,
        CommandLine = at(0),
        Runtimes = [at(1)],
        Warnings = [at(7)],
        Threads =
        [
            new ThreadStack
            {
                ThreadId = 2,
                Comm = at(2),
                Name = at(3),
                Problems = [at(4)],
                Frames =
                [
                    new(new StackFrameInfo { Address = 1, Function = at(5), Module = at(6), SourceFile = at(7), Line = 3 }, null),
                    new(null, new InterpreterFrameInfo("python", at(0), at(1), at(2), 4) { Locals = [(at(3), at(4))] }),
                ],
            },
        ],
    };

    private static byte[] Pack(params string[] texts) => [.. texts.SelectMany(t => (byte[])[(byte)t.Length, .. MemoryMarshal.AsBytes(t.AsSpan())])];

    private static List<string> Unpack(ReadOnlySpan<byte> input)
    {
        var texts = new List<string>();
        while (!input.IsEmpty && texts.Count < 8)
        {
            var length = Math.Min(input[0], (input.Length - 1) / 2);
            texts.Add(new string(MemoryMarshal.Cast<byte, char>(input.Slice(1, length * 2))));
            input = input[(1 + (length * 2))..];
        }

        return texts;
    }
}

using System.Buffers;
using System.Buffers.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tracer.Core.Diagnostics;
using Tracer.Core.Evaluation;
using Tracer.Core.Events;
using Tracer.Core.Expressions;
using Tracer.Core.Pictures;
using Tracer.Core.Probes;
using Tracer.Core.Records;
using Tracer.Core.Stacks;
using Tracer.Output.Aggregations;

namespace Tracer.Output.Json;

/// <summary>
/// NDJSON: one <c>{"type":..., "data":{...}}</c> a line, all on one stream; types attach, event, aggregation, error, loss and summary. A value that is whole is a
/// number or a string; any other is an object that says what it is: <c>{"truncated":true,"value":...,"length":...}</c>,
/// <c>{"unreadable":"0x..."}</c>, <c>{"unavailable":"why"}</c>. The values of an event that were read after the hit, so that they may have
/// changed, are named in its <c>"late":[...]</c>.
/// </summary>
public sealed class JsonOutput : TraceOutput, IDisposable
{
    private readonly OutputBuffer _output;
    private readonly Utf8JsonWriter _json;
    private readonly WallClock _clock = new();
    private readonly ArrayBufferWriter<byte> _scratch = new(256);
    private readonly HashSet<string> _late = new(StringComparer.Ordinal);

    /// <summary>Writes all records to <paramref name="output"/>.</summary>
    public JsonOutput(OutputBuffer output)
        : base(output)
    {
        _output = output;
        // Output is NDJSON for programs, not HTML: non-ASCII text stays readable.
        _json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });
    }

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();

    /// <inheritdoc/>
    public override void Attached(int processId, string backend, IReadOnlyList<Probe> probes)
    {
        ArgumentNullException.ThrowIfNull(probes);
        Begin("attach"u8);
        _json.WriteNumber("pid"u8, processId);
        _json.WriteString("backend"u8, backend);
        _json.WriteStartArray("probes"u8);
        foreach (var probe in probes)
        {
            _json.WriteStartObject();
            _json.WriteString("probe"u8, probe.FullName);
            _json.WriteString("module"u8, probe.Module.Path);
            _json.WriteNumber("sites"u8, probe.Sites.Count);
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
        End();
        OnBatchEnd();
    }

    /// <inheritdoc/>
    protected override void Write(in EventRecord record)
    {
        _late.Clear();
        Begin("event"u8);
        _json.WriteString("time"u8, _clock.ToWallClock(record.Time));
        _json.WriteNumber("monotonic"u8, record.Time);
        _json.WriteNumber("pid"u8, record.ProcessId);
        _json.WriteNumber("tid"u8, record.ThreadId);
        _json.WriteNumber("cpu"u8, record.Cpu);
        _json.WritePropertyName("comm"u8);
        WriteText(record.Comm, Charset.Utf8, truncated: false);
        _json.WriteString("probe"u8, record.Emission.ProbeName);
        _json.WriteStartObject("args"u8);
        foreach (var value in record)
        {
            if (StackNames.IsPartOfStack(record.Emission, value.Planned))
                continue;
            _json.WritePropertyName(value.Planned.Name);
            if (value is { Status: EvaluationStatus.Ok, Planned.Expression.Type: StackType })
                StackJson.Write(_json, EventReaders?.Stacks.Of(record, value, EventReaders.Pictures, out _) ?? []);
            else
                WriteValue(value);
        }

        _json.WriteEndObject();
        WriteLate(record);
        End();
    }

    /// <inheritdoc/>
    public override void Aggregation(AggregationReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        Begin("aggregation"u8);
        new AggregationJson(_json, Readers?.Target.Stacks).Write(report);
        End();
        OnBatchEnd();
    }

    /// <inheritdoc/>
    public override void Error(TracerException error)
    {
        ArgumentNullException.ThrowIfNull(error);
        Begin("error"u8);
        _json.WriteString("id"u8, error.Id);
        _json.WriteString("what"u8, error.What);
        _json.WriteString("why"u8, error.Why);
        _json.WriteString("remedy"u8, error.Remedy);
        End();
        OnBatchEnd();
    }

    /// <inheritdoc/>
    public override void Summary(TraceSummary summary)
    {
        ArgumentNullException.ThrowIfNull(summary);
        foreach (var probe in summary.Probes.Where(p => p.Lost > 0))
        {
            Begin("loss"u8);
            _json.WriteString("probe"u8, probe.Probe);
            _json.WriteNumber("lost"u8, probe.Lost);
            End();
        }

        Begin("summary"u8);
        _json.WriteNumber("events"u8, summary.Events);
        _json.WriteNumber("lost"u8, summary.Lost);
        _json.WriteNumber("lostFrames"u8, summary.LostFrames);
        _json.WriteNumber("truncated"u8, summary.Truncated);
        _json.WriteNumber("unreadable"u8, summary.Unreadable);
        WriteNonzero("lostReturns"u8, summary.LostReturns);
        WriteNonzero("unreturned"u8, summary.Unreturned);
        WriteNonzero("late"u8, summary.Late);
        WriteNonzero("faults"u8, summary.Faults);
        WriteNonzero("overflow"u8, summary.Overflow);
        WriteNonzero("drops"u8, summary.Drops);
        WriteNonzero("limited"u8, summary.Limited);
        WriteNonzero("gaps"u8, summary.Gaps);
        if (summary.Overhead is { } overhead)
            OverheadJson.Write(_json, overhead);
        if (summary.Hits is { } hits)
            _json.WriteNumber("hits"u8, hits);
        _json.WriteString("backend"u8, summary.Backend);
        _json.WriteNumber("targetStoppedMilliseconds"u8, summary.TargetStopped.TotalMilliseconds);
        _json.WriteNumber("seconds"u8, summary.Duration.TotalSeconds);
        _json.WriteStartArray("probes"u8);
        foreach (var probe in summary.Probes)
        {
            _json.WriteStartObject();
            _json.WriteString("probe"u8, probe.Probe);
            _json.WriteNumber("events"u8, probe.Events);
            _json.WriteNumber("lost"u8, probe.Lost);
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
        if (summary.WhyNoEvents is not null)
            _json.WriteString("reason"u8, summary.WhyNoEvents);
        End();
        OnBatchEnd();
    }

    private void WriteLate(in EventRecord record)
    {
        var any = false;
        foreach (var value in record)
        {
            if (!value.IsLate && !_late.Contains(value.Planned.Name))
                continue;
            if (!any)
                _json.WriteStartArray("late"u8);
            any = true;
            _json.WriteStringValue(value.Planned.Name);
        }

        if (any)
            _json.WriteEndArray();
    }

    private void Begin(ReadOnlySpan<byte> type)
    {
        _json.Reset();
        _json.WriteStartObject();
        _json.WriteString("type"u8, type);
        _json.WriteStartObject("data"u8);
    }

    private void End()
    {
        _json.WriteEndObject();
        _json.WriteEndObject();
        _json.Flush();
        _output.EndLine();
    }

    private void WriteNonzero(ReadOnlySpan<byte> name, ulong count)
    {
        if (count > 0)
            _json.WriteNumber(name, count);
    }

    private void WriteValue(ValueRecord value)
    {
        switch (value.Status)
        {
            case EvaluationStatus.Ok:
                WritePresent(value);
                return;
            case EvaluationStatus.Truncated:
                _json.WriteStartObject();
                _json.WriteBoolean("truncated"u8, true);
                _json.WritePropertyName("value"u8);
                WritePresent(value);
                // NUL-terminated text that was cut has no known length: its slot holds what was read.
                if (value.Bits > (ulong)value.TextBytes.Length)
                    _json.WriteNumber("length"u8, value.Bits);
                break;
            case EvaluationStatus.Fault:
                _json.WriteStartObject();
                WriteAddress("unreadable"u8, value.Bits);
                break;
            default:
                _json.WriteStartObject();
                _json.WriteString("unavailable"u8, WhyUnavailable(value));
                break;
        }

        _json.WriteEndObject();
    }

    private static string WhyUnavailable(ValueRecord value) => value.Status switch
    {
        EvaluationStatus.DivideByZero => "division by zero",
        EvaluationStatus.LoopLimit => "too long to compute",
        _ => value.Planned.UnavailableReason,
    };

    private void WriteAddress(ReadOnlySpan<byte> name, ulong address)
    {
        Span<byte> text = stackalloc byte[18];
        "0x"u8.CopyTo(text);
        Utf8Formatter.TryFormat(address, text[2..], out var digits, new StandardFormat('x'));
        _json.WriteString(name, text[..(2 + digits)]);
    }

    private void WritePresent(ValueRecord value)
    {
        switch (value.Planned.Expression.Type)
        {
            case TextType:
                WriteText(value.TextBytes, value.Charset, value.Status == EvaluationStatus.Truncated);
                break;
            case PictureType:
                WritePicture(value);
                break;
            case FloatType { Size: 4 } when double.IsFinite(value.Number):
                _json.WriteNumberValue((float)value.Number);
                break;
            case FloatType when double.IsFinite(value.Number):
                _json.WriteNumberValue(value.Number);
                break;
            case FloatType:
                _json.WriteStringValue(value.Number.ToString(System.Globalization.CultureInfo.InvariantCulture));
                break;
            case IntegerType { Signed: true }:
                _json.WriteNumberValue((long)value.Bits);
                break;
            default:
                _json.WriteNumberValue(value.Bits);
                break;
        }
    }

    private void WritePicture(ValueRecord value)
    {
        var content = EventReaders?.Pictures.Read(value) ?? PictureContent.Nothing;
        if (content.IsLate)
            _late.Add(value.Planned.Name);
        if (content.Items is [{ Name: null } only])
        {
            _json.WriteStringValue(only.Value);
            return;
        }

        _json.WriteStartObject();
        foreach (var (name, text) in content.Items)
            _json.WriteString(name ?? "", text);
        _json.WriteEndObject();
    }

    private void WriteText(ReadOnlySpan<byte> bytes, Charset charset, bool truncated)
    {
        _scratch.ResetWrittenCount();
        TextDecoder.WriteUtf8(_scratch, bytes, charset, truncated);
        _json.WriteStringValue(_scratch.WrittenSpan);
    }
}

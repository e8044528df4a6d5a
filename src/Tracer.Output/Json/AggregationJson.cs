using System.Globalization;
using System.Text.Json;
using Tracer.Core.Aggregations;
using Tracer.Core.Evaluation;
using Tracer.Core.Events;
using Tracer.Core.Expressions;
using Tracer.Core.Stacks;
using Tracer.Output.Aggregations;

namespace Tracer.Output.Json;

/// <summary>
/// The fields of an aggregation record. Values are exact; times are nanoseconds. A row has a value, or the buckets that are not empty, whose <c>from</c> or
/// <c>to</c> is null where they have no bound. A key that is not whole is an object that says what it is.
/// </summary>
/// <param name="json">Where to.</param>
/// <param name="stacks">Names the frames of stacks; null gives an empty stack.</param>
internal sealed class AggregationJson(Utf8JsonWriter json, StackNames? stacks)
{
    public void Write(AggregationReport report)
    {
        var snapshot = report.Snapshot;
        var rows = RankedRows.Of(report);
        json.WriteString("name"u8, snapshot.Aggregation.Name);
        json.WriteString("function"u8, FunctionNames.Of(snapshot.Aggregation.Function));
        if (report.Unit == ValueUnit.Nanoseconds)
            json.WriteString("unit"u8, "ns"u8);
        json.WriteString("time"u8, report.Time);
        if (report.Interval is { } interval)
            json.WriteNumber("interval"u8, interval.TotalSeconds);
        if (report.Overhead is { } overhead)
            OverheadJson.Write(json, overhead);
        json.WriteStartArray("rows"u8);
        foreach (var row in rows.Shown)
            WriteRow(row);
        json.WriteEndArray();
        if (rows.OmittedCount > 0)
        {
            json.WriteStartObject("omitted"u8);
            json.WriteNumber("rows"u8, rows.OmittedCount);
            if (rows.OmittedValue is { } value)
                WriteNumber("value"u8, value);
            json.WriteEndObject();
        }

        json.WriteNumber("overflow"u8, snapshot.Overflow);
        json.WriteNumber("faults"u8, snapshot.Faults);
        if (snapshot.IsLate)
            json.WriteBoolean("late"u8, true);
    }

    private void WriteRow(AggregationRow row)
    {
        json.WriteStartObject();
        json.WriteStartObject("keys"u8);
        foreach (var key in row.Keys)
            WriteKey(key);
        json.WriteEndObject();
        switch (row.Aggregation.Function)
        {
            case AggregationFunction.Histogram:
                WriteBuckets(row);
                break;
            case AggregationFunction.Average:
                WriteNumber("value"u8, row.Value);
                json.WriteNumber("mean"u8, row.Mean);
                json.WriteNumber("count"u8, row.Count);
                break;
            case AggregationFunction.StandardDeviation:
                WriteNumber("value"u8, row.Value);
                json.WriteNumber("stddev"u8, row.StandardDeviation);
                json.WriteNumber("mean"u8, row.Mean);
                json.WriteNumber("count"u8, row.Count);
                break;
            default:
                WriteNumber("value"u8, row.Value);
                break;
        }

        json.WriteEndObject();
    }

    private void WriteBuckets(AggregationRow row)
    {
        var buckets = row.Aggregation.Buckets;
        json.WriteNumber("count"u8, row.Count);
        json.WriteStartArray("buckets"u8);
        for (var k = 0; k < buckets.Count; k++)
        {
            if (row.InBucket(k) == 0)
                continue;
            json.WriteStartObject();
            WriteBound("from"u8, buckets.StartOf(k));
            WriteBound("to"u8, buckets.EndOf(k));
            json.WriteNumber("count"u8, row.InBucket(k));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteKey(TraceValue key)
    {
        json.WritePropertyName(key.Name);
        switch (key.Status)
        {
            case EvaluationStatus.Ok when key.Type is StackType:
                StackJson.Write(json, stacks?.Of(key.Frames ?? []) ?? []);
                return;
            case EvaluationStatus.Ok when key.Type is TextType:
                json.WriteStringValue(key.Text);
                return;
            case EvaluationStatus.Ok when key.Type is IntegerType { Signed: true }:
                json.WriteNumberValue(key.Int64);
                return;
            case EvaluationStatus.Ok:
                json.WriteNumberValue((ulong)key.Int64);
                return;
            case EvaluationStatus.Truncated:
                json.WriteStartObject();
                json.WriteBoolean("truncated"u8, true);
                json.WriteString("value"u8, key.Text);
                break;
            case EvaluationStatus.Fault:
                json.WriteStartObject();
                json.WriteBoolean("unreadable"u8, true);
                break;
            default:
                json.WriteStartObject();
                json.WriteString("unavailable"u8, WhyUnavailable(key.Status));
                break;
        }

        json.WriteEndObject();
    }

    private static string WhyUnavailable(EvaluationStatus status) => status switch
    {
        EvaluationStatus.DivideByZero => "division by zero",
        EvaluationStatus.LoopLimit => "too long to compute",
        _ => "not at this site",
    };

    private void WriteBound(ReadOnlySpan<byte> name, long? bound)
    {
        if (bound is { } value)
            json.WriteNumber(name, value);
        else
            json.WriteNull(name);
    }

    private void WriteNumber(ReadOnlySpan<byte> name, Int128 value)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(value.ToString(CultureInfo.InvariantCulture));
    }
}

using System.Text;
using Tracer.Core.Aggregations;
using Tracer.Core.Evaluation;
using Tracer.Core.Expressions;
using Tracer.Output.Aggregations;

namespace Tracer.Output.Tests;

/// <summary>An aggregation filled by hand.</summary>
internal sealed class SampleAggregation(Aggregation aggregation)
{
    private readonly AggregationTable _table = new(aggregation);
    private readonly KeyWriter _key = new();

    public ulong Overflow { get; init; }

    public ulong Faults { get; init; }

    public static AggregationKey TextKey(string name) => new(name, TextType.Instance);

    public static AggregationKey NumberKey(string name, IntegerType? type = null) => new(name, type ?? IntegerType.Int32);

    /// <summary>Takes values into a row; a key is a text, a number, or a status for one that could not be read.</summary>
    public SampleAggregation Add(object[] keys, params ReadOnlySpan<long> values)
    {
        _key.Clear();
        foreach (var (key, declared) in keys.Zip(aggregation.Keys))
            AddKey(key, declared.Type is TextType);
        foreach (var value in values)
            Assert.True(_table.TryAdd(_key.Key, (ulong)value));
        return this;
    }

    /// <summary>Counts a row that many times.</summary>
    public SampleAggregation Count(object[] keys, int times) => Add(keys, new long[times]);

    public AggregationReport Report(int? top = null, TimeSpan? interval = null, ValueUnit unit = ValueUnit.None) =>
        new(new AggregationSnapshot(aggregation, _table.Rows(), Overflow, Faults))
        {
            Time = new DateTimeOffset(2026, 11, 27, 12, 1, 2, 345, TimeSpan.FromHours(1)),
            Interval = interval,
            Top = top,
            Unit = unit,
        };

    private void AddKey(object key, bool isText)
    {
        switch (key)
        {
            case EvaluationStatus status when isText:
                _key.Add("cut"u8, Charset.Utf8, status);
                break;
            case EvaluationStatus status:
                _key.Add(0, status);
                break;
            case string text:
                _key.Add(Encoding.UTF8.GetBytes(text), Charset.Utf8, EvaluationStatus.Ok);
                break;
            default:
                _key.Add((ulong)Convert.ToInt64(key, System.Globalization.CultureInfo.InvariantCulture), EvaluationStatus.Ok);
                break;
        }
    }
}

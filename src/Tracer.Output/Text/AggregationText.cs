using System.Globalization;
using System.Text;
using Tracer.Core.Aggregations;
using Tracer.Core.Expressions;
using Tracer.Core.Stacks;
using Tracer.Output.Aggregations;

namespace Tracer.Output.Text;

/// <summary>Aggregations as text: a table with a column for each key, or a histogram for each row.</summary>
/// <param name="output">Where to.</param>
/// <param name="stacks">Names the frames of stacks; null shows their addresses.</param>
internal sealed class AggregationText(OutputBuffer output, StackNames? stacks)
{
    private const int BarWidth = 40;

    // A longer key pushes its own row aside and not the whole column.
    private const int WidestColumn = 64;

    public void Write(AggregationReport report)
    {
        var snapshot = report.Snapshot;
        var rows = RankedRows.Of(report);
        if (report.Interval is { } interval)
        {
            var paused = report.Overhead is { TracedShare: < 1 } overhead ? $", {OverheadText.Of(overhead)}" : "";
            Line(string.Create(CultureInfo.InvariantCulture, $"{report.Time:HH:mm:ss.fff}  last {interval.TotalSeconds:0.0##} s{paused}"));
        }

        if (rows.Shown.Count == 0 && rows.OmittedCount == 0)
        {
            if (report.Interval is not null)
                Line("no hits");
        }
        else if (snapshot.Aggregation.Function == AggregationFunction.Histogram)
        {
            foreach (var row in rows.Shown)
                WriteHistogram(row, report.Unit);
        }
        else if (snapshot.Aggregation.Keys.Any(k => k.Type is StackType))
        {
            foreach (var row in rows.Shown)
                WriteStackRow(row, report.Unit);
        }
        else
        {
            WriteTable(snapshot.Aggregation, rows.Shown, report.Unit);
        }

        WriteRest(report, rows);
    }

    private void WriteTable(Aggregation aggregation, IReadOnlyList<AggregationRow> rows, ValueUnit unit)
    {
        var cells = new List<string[]> { (string[])[.. aggregation.Keys.Select(k => TextEscaper.Escape(k.Name)), Title(aggregation)] };
        cells.AddRange(rows.Select(r => (string[])[.. r.Keys.Select(KeyText.Of), Value(r, unit)]));
        var widths = new int[aggregation.Keys.Count + 1];
        for (var k = 0; k < widths.Length; k++)
            widths[k] = cells.Max(c => Width(c[k]) is var width && (k == widths.Length - 1 || width <= WidestColumn) ? width : 0);
        foreach (var row in cells)
        {
            var line = new StringBuilder();
            for (var k = 0; k < row.Length - 1; k++)
                line.Append(row[k]).Append(' ', Math.Max(0, widths[k] - Width(row[k])) + 2);
            Line(line.Append(' ', widths[^1] - Width(row[^1])).Append(row[^1]).ToString());
        }
    }

    /// <summary>A row with a stack: the value and the other keys, then the frames.</summary>
    private void WriteStackRow(AggregationRow row, ValueUnit unit)
    {
        var keys = row.Keys.Where(k => k.Type is not StackType).Select(k => $", {TextEscaper.Escape(k.Name)} = {KeyText.Of(k)}");
        Line($"{Title(row.Aggregation)} {Value(row, unit)}{string.Concat(keys)}");
        WriteStacks(row);
        output.EndLine();
    }

    private void WriteStacks(AggregationRow row)
    {
        foreach (var key in row.Keys.Where(k => k.Type is StackType))
        {
            if (key.Frames is { Count: > 0 } frames && stacks is not null)
                StackText.Write(output, stacks.Of(frames));
            else
                Line("    " + KeyText.Of(key));
        }
    }

    private void WriteHistogram(AggregationRow row, ValueUnit unit)
    {
        var buckets = row.Aggregation.Buckets;
        var keys = row.Keys.Where(k => k.Type is not StackType).Select(k => $"{TextEscaper.Escape(k.Name)} = {KeyText.Of(k)}, ");
        Line(string.Create(CultureInfo.InvariantCulture, $"{string.Concat(keys)}{row.Count:N0}{Values(row.Count)}"));
        WriteStacks(row);
        var filled = Enumerable.Range(0, buckets.Count).Where(b => row.InBucket(b) > 0).ToArray();
        if (filled.Length == 0)
            return;
        var shown = Enumerable.Range(filled[0], filled[^1] - filled[0] + 1).ToArray();
        var labels = shown.Select(b => BucketLabel.Of(buckets, b, unit)).ToArray();
        var counts = shown.Select(b => row.InBucket(b).ToString(CultureInfo.InvariantCulture)).ToArray();
        var (labelWidth, countWidth, most) = (labels.Max(l => l.Length), Math.Max(8, counts.Max(c => c.Length)), filled.Max(row.InBucket));
        for (var k = 0; k < shown.Length; k++)
        {
            var bar = (int)Math.Round((double)row.InBucket(shown[k]) / most * BarWidth);
            Line($"{labels[k].PadRight(labelWidth)}  {counts[k].PadLeft(countWidth)} |{new string('@', bar).PadRight(BarWidth)}|");
        }

        output.EndLine();
    }

    private void WriteRest(AggregationReport report, RankedRows rows)
    {
        var (aggregation, overflow, faults) = (report.Snapshot.Aggregation, report.Snapshot.Overflow, report.Snapshot.Faults);
        if (rows.OmittedCount > 0)
        {
            var rest = rows.OmittedValue is not { } value ? "" : aggregation.Function == AggregationFunction.Sum && report.Unit == ValueUnit.Nanoseconds
                ? $", together {DurationFormat.Format((double)value)}"
                : string.Create(CultureInfo.InvariantCulture, $", together {value:N0}{(aggregation.Function == AggregationFunction.Histogram ? Values(value) : "")}");
            Line(string.Create(CultureInfo.InvariantCulture, $"{rows.OmittedCount:N0} more {(rows.OmittedCount == 1 ? "row" : "rows")}{rest}"));
        }

        if (overflow > 0)
            Line(string.Create(CultureInfo.InvariantCulture, $"{Hits(overflow)} beyond {aggregation.Capacity:N0} keys: raise --max-keys"));
        if (faults > 0)
            Line($"{Hits(faults)} whose value could not be read");
        if (report.Snapshot.IsLate)
            Line("keys, values or the filter were read from memory after the hits and may have changed in between");
        if (report.Interval is not null)
            output.EndLine();
    }

    private static string Hits(ulong count) => string.Create(CultureInfo.InvariantCulture, $"{count:N0} {(count == 1 ? "hit" : "hits")}");

    private static string Values(Int128 count) => count == 1 ? " value" : " values";

    private static string Title(Aggregation aggregation)
    {
        var function = FunctionNames.Of(aggregation.Function);
        return aggregation.Name.Length == 0 ? function : $"{function}({TextEscaper.Escape(aggregation.Name)})";
    }

    private static string Value(AggregationRow row, ValueUnit unit)
    {
        double? real = row.Aggregation.Function switch
        {
            AggregationFunction.Average => row.Mean,
            AggregationFunction.StandardDeviation => row.StandardDeviation,
            _ => null,
        };
        if (unit == ValueUnit.Nanoseconds && row.Aggregation.Function != AggregationFunction.Count)
            return DurationFormat.Format(real ?? (double)row.Value);
        return real?.ToString("0.##", CultureInfo.InvariantCulture) ?? row.Value.ToString(CultureInfo.InvariantCulture);
    }

    // One column a character; text that is wider or narrower in a terminal is a little off.
    private static int Width(string text) => text.Length - text.Count(char.IsLowSurrogate);

    private void Line(string text)
    {
        output.Append(Encoding.UTF8.GetBytes(text));
        output.EndLine();
    }
}

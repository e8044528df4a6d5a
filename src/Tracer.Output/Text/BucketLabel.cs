using System.Globalization;
using Tracer.Core.Aggregations;
using Tracer.Output.Aggregations;

namespace Tracer.Output.Text;

/// <summary>
/// The range of a bucket as it is shown: <c>[4, 8)</c>, <c>[3]</c> for a single value, <c>(..., 0)</c> and <c>[100, ...)</c> at the ends, <c>[1K, 2K)</c> for
/// powers of two (K is 1024), <c>[1.02us, 2.05us)</c> for times.
/// </summary>
internal static class BucketLabel
{
    private const string Suffixes = "KMGTPE";

    public static string Of(Buckets buckets, int bucket, ValueUnit unit) => (buckets.StartOf(bucket), buckets.EndOf(bucket)) switch
    {
        (null, { } end) => $"(..., {Edge(buckets, end, unit)})",
        ({ } start, null) => $"[{Edge(buckets, start, unit)}, ...)",
        ({ } start, { } end) when end - start == 1 => $"[{Edge(buckets, start, unit)}]",
        ({ } start, { } end) => $"[{Edge(buckets, start, unit)}, {Edge(buckets, end, unit)})",
        _ => "(...)",
    };

    private static string Edge(Buckets buckets, long value, ValueUnit unit)
    {
        if (unit == ValueUnit.Nanoseconds)
            return DurationFormat.Format(value);
        var suffix = 0;
        if (buckets is PowerOfTwoBuckets)
        {
            for (; value != 0 && value % 1024 == 0; suffix++)
                value /= 1024;
        }

        var digits = value.ToString(CultureInfo.InvariantCulture);
        return suffix == 0 ? digits : digits + Suffixes[suffix - 1];
    }
}

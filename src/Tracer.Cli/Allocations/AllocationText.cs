using System.Globalization;
using System.Text;
using Tracer.Allocations;
using Tracer.Output;
using Tracer.Output.Text;

namespace Tracer.Cli.Allocations;

/// <summary>Memory as a table, a row a function or line.</summary>
internal static class AllocationText
{
    public static void Write(OutputBuffer output, AllocationReport report, int top)
    {
        Line(output, $"{"growth",14} {"allocated",14} {"blocks",10} {"freed",14} {"blocks",10}  function");
        foreach (var row in report.Rows.Take(top))
            Line(output, string.Create(CultureInfo.InvariantCulture, $"{row.Growth,14:N0} {row.Bytes,14:N0} {row.Allocations,10:N0} {row.FreedBytes,14:N0} {row.Frees,10:N0}  {Name(row)}"));
        if (report.Rows.Count > top)
        {
            var rest = report.Rows.Skip(top).ToArray();
            Line(output, string.Create(
                CultureInfo.InvariantCulture, $"{rest.Sum(r => r.Growth),14:N0} {rest.Sum(r => (decimal)r.Bytes),14:N0} {rest.Sum(r => (decimal)r.Allocations),10:N0} {rest.Sum(r => (decimal)r.FreedBytes),14:N0} {rest.Sum(r => (decimal)r.Frees),10:N0}  {rest.Length} more"));
        }

        if (!report.SeesSmallBlocks)
            Line(output, "Python's own allocator cannot be seen here: blocks of up to 512 bytes, which it gives, are not counted.");
    }

    private static string Name(AllocationRow row) => row.Unknown is { } why ? $"<{why}>"
        : string.Create(CultureInfo.InvariantCulture, $"{row.Function} ({row.FileName}{(row.Line is { } line ? $":{line}" : "")})");

    private static void Line(OutputBuffer output, string line)
    {
        TextEscaper.Write(output, Encoding.UTF8.GetBytes(line), quoted: false);
        output.EndLine();
    }
}

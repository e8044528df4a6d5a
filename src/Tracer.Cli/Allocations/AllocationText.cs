using System.Globalization;
using System.Text;
using Tracer.Allocations;
using Tracer.Output;
using Tracer.Output.Text;

namespace Tracer.Cli.Allocations;

/// <summary>Memory as a table: a row a function or line, with inclusive numbers first where there are some; of a stack, a row and then a line for each caller.</summary>
internal static class AllocationText
{
    // Where names begin.
    private const int Indent = 68;

    public static void Write(OutputBuffer output, AllocationReport report, int top)
    {
        var isInclusive = report.Rows.Any(r => r.Inclusive is not null);
        Line(output, $"{(isInclusive ? $"{"with callees",14} {"",14}  " : "")}{"growth",14} {"allocated",14} {"blocks",10} {"freed",14} {"blocks",10}  function");
        if (isInclusive)
            Line(output, $"{"growth",14} {"allocated",14}");
        foreach (var row in report.Rows.Take(top))
        {
            Line(output, Inclusive(row) + Numbers(row.Own) + Name(row));
            foreach (var frame in row.Stack.Skip(1))
                Line(output, new string(' ', Indent) + Name(frame.Function, frame.FileName, frame.Line));
            if (row.IsCut)
                Line(output, new string(' ', Indent) + "...");
        }

        if (report.Rows.Count > top)
        {
            var rest = report.Rows.Skip(top).ToArray();
            // Inclusive numbers have parts in common: they have no sum.
            Line(output, (isInclusive ? new string(' ', 31) : "") + Numbers(rest.Aggregate(default(AllocationSum), (sum, row) => sum.Plus(row.Own))) + string.Create(CultureInfo.InvariantCulture, $"{rest.Length} more"));
        }

        if (report.SmallBlocksProblem is { } problem)
            Line(output, $"Python's own allocator cannot be seen here: blocks of up to 512 bytes, which it gives, are not counted ({problem}).");
    }

    private static string Numbers(AllocationSum sum) => string.Create(
        CultureInfo.InvariantCulture, $"{sum.Growth,14:N0} {sum.Bytes,14:N0} {sum.Allocations,10:N0} {sum.FreedBytes,14:N0} {sum.Frees,10:N0}  ");

    private static string Inclusive(AllocationRow row) => row.Inclusive is { } sum ? string.Create(CultureInfo.InvariantCulture, $"{sum.Growth,14:N0} {sum.Bytes,14:N0}  ") : "";

    private static string Name(AllocationRow row) => row.Unknown is { } why ? $"<{why}>" : Name(row.Function, row.FileName, row.Line);

    private static string Name(string? function, string? file, int? line) =>
        string.Create(CultureInfo.InvariantCulture, $"{function} ({file}{(line is { } number ? $":{number}" : "")})");

    private static void Line(OutputBuffer output, string line)
    {
        TextEscaper.Write(output, Encoding.UTF8.GetBytes(line), quoted: false);
        output.EndLine();
    }
}

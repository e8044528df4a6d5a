namespace Tracer.Allocations;

/// <summary>Makes the rows of a report from the memory of owners.</summary>
internal static class AllocationSummary
{
    /// <summary>The rows of functions or lines with inclusive numbers, of owners that are stacks.</summary>
    public static IReadOnlyList<AllocationRow> Inclusive(IReadOnlyList<AllocationRow> stacks)
    {
        var rows = new Dictionary<AllocationFrame, (AllocationSum Own, AllocationSum Inclusive)>();
        foreach (var stack in stacks)
        {
            // A function that is in a stack twice asked for its memory once.
            foreach (var frame in stack.Stack.Distinct())
            {
                var (own, inclusive) = rows.GetValueOrDefault(frame);
                rows[frame] = (frame == stack.Stack[0] ? own.Plus(stack.Own) : own, inclusive.Plus(stack.Own));
            }
        }

        return
        [
            .. rows.Select(r => new AllocationRow { Function = r.Key.Function, FileName = r.Key.FileName, Line = r.Key.Line, Own = r.Value.Own, Inclusive = r.Value.Inclusive }),
            .. stacks.Where(s => s.Stack.Count == 0).Select(s => s with { Inclusive = s.Own }),
        ];
    }

    /// <summary>Rows that show the same made one: stacks of different instructions of the same lines, and those without names.</summary>
    public static IReadOnlyList<AllocationRow> Merge(IEnumerable<AllocationRow> rows) =>
    [
        .. rows.GroupBy(r => (string.Join('\0', r.Stack.Select(f => $"{f.Function}\0{f.FileName}\0{f.Line}\0{f.FirstLine}")), r.IsCut, r.Unknown))
            .Select(g => g.First() with { Own = Sum(g) }),
    ];

    /// <summary>Rows of one line made one.</summary>
    public static IReadOnlyList<AllocationRow> MergeLines(IEnumerable<AllocationRow> rows) =>
        [.. rows.GroupBy(r => (r.FileName, r.Function, r.Line, r.Unknown)).Select(g => g.First() with { Own = Sum(g) })];

    /// <summary>Rows' own memory together.</summary>
    public static AllocationSum Sum(IEnumerable<AllocationRow> rows) => rows.Aggregate(default(AllocationSum), (sum, row) => sum.Plus(row.Own));
}

using System.Diagnostics.CodeAnalysis;

namespace Tracer.Core.Aggregations;

/// <summary>The rows of an aggregation in this process: backends that evaluate here fill it hit by hit, others merge what the kernel counted.</summary>
/// <param name="aggregation">Which.</param>
public sealed class AggregationTable(Aggregation aggregation)
{
    private readonly Dictionary<byte[], ulong[]> _rows = new(ByteKeyComparer.Instance);

    /// <summary>Which.</summary>
    public Aggregation Aggregation { get; } = aggregation;

    /// <summary>The cells of a key, made when it is new; false when there is no room for another row.</summary>
    private bool TryGetCells(ReadOnlySpan<byte> key, [NotNullWhen(true)] out ulong[]? cells)
    {
        var rows = _rows.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (rows.TryGetValue(key, out cells))
            return true;
        if (_rows.Count >= Aggregation.Capacity)
            return false;
        cells = new ulong[Aggregation.CellCount];
        rows.TryAdd(key, cells);
        return true;
    }

    /// <summary>Takes a value into the row of a key; false when there is no room for it.</summary>
    public bool TryAdd(ReadOnlySpan<byte> key, ulong value)
    {
        if (!TryGetCells(key, out var cells))
            return false;
        Cells.Add(Aggregation, cells, value);
        return true;
    }

    /// <summary>Takes a row, whatever the capacity.</summary>
    public void Merge(ReadOnlySpan<byte> key, ReadOnlySpan<ulong> cells)
    {
        var rows = _rows.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (rows.TryGetValue(key, out var mine))
            Cells.Merge(Aggregation, mine, cells);
        else
            rows.TryAdd(key, cells.ToArray());
    }

    /// <summary>Forgets all rows.</summary>
    public void Clear() => _rows.Clear();

    /// <summary>All rows, in no order.</summary>
    public IReadOnlyList<AggregationRow> Rows() => [.. _rows.Select(r => new AggregationRow(Aggregation, KeyWriter.Read(Aggregation, r.Key), r.Value))];
}

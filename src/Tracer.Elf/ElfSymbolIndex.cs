namespace Tracer.Elf;

/// <summary>
/// The functions and objects of a symbol table sorted by address, for many address lookups: 12 bytes a symbol, built once.
/// </summary>
public sealed class ElfSymbolIndex
{
    private readonly ElfSymbolTable _table;
    private readonly ulong[] _addresses;
    private readonly int[] _indexes;

    /// <summary>Builds the index with one scan and one sort.</summary>
    /// <param name="table">The table to look up in.</param>
    public ElfSymbolIndex(ElfSymbolTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        _table = table;
        var count = 0;
        foreach (var symbol in table)
        {
            if (ElfSymbolTable.HasExtent(symbol))
                count++;
        }
        _addresses = new ulong[count];
        _indexes = new int[count];
        var next = 0;
        foreach (var symbol in table)
        {
            if (!ElfSymbolTable.HasExtent(symbol))
                continue;
            _addresses[next] = symbol.Value;
            _indexes[next++] = symbol.Index;
        }
        Array.Sort(_addresses, _indexes);
    }

    /// <summary>Finds the symbol that starts last at or before an address and whose extent contains it.</summary>
    /// <param name="address">An address as linked.</param>
    /// <param name="symbol">The symbol, when the result is true.</param>
    public bool TryFind(ulong address, out ElfSymbol symbol)
    {
        // Extents may nest or overlap (aliases, a function's inner labels): look back over a few starts, no further.
        const int MaxLookBack = 64;
        symbol = default;
        var found = false;
        var at = Array.BinarySearch(_addresses, address);
        if (at < 0)
            at = ~at - 1;
        while (at + 1 < _addresses.Length && _addresses[at + 1] == address)
            at++;
        for (var steps = 0; at >= 0 && steps < MaxLookBack; at--, steps++)
        {
            if (found && _addresses[at] != symbol.Value)
                break;
            var candidate = _table[_indexes[at]];
            if (address - candidate.Value < Math.Max(candidate.Size, 1) && (!found || ElfSymbolTable.IsBetter(candidate, symbol)))
                (symbol, found) = (candidate, true);
        }
        return found;
    }

    /// <summary>Finds the symbol that starts last at or before an address, when its size is unknown: a label of hand-written code, which ends at the next symbol.</summary>
    /// <param name="address">An address as linked.</param>
    /// <param name="symbol">The symbol, when the result is true.</param>
    public bool TryFindUnsized(ulong address, out ElfSymbol symbol)
    {
        symbol = default;
        var at = Array.BinarySearch(_addresses, address);
        if (at < 0)
            at = ~at - 1;
        if (at < 0)
            return false;
        symbol = _table[_indexes[at]];
        return symbol.Size == 0 && symbol.Type is ElfSymbolType.Function or ElfSymbolType.None;
    }
}

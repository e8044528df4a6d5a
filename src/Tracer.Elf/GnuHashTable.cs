namespace Tracer.Elf;

/// <summary>
/// The .gnu.hash table of a dynamic symbol table: finds a name without a scan, and tells how many symbols there are when there
/// are no section headers. Layout as in binutils' elflink.c and glibc's dl-lookup.c: four words (buckets, first hashed symbol,
/// words of the Bloom filter, its shift), the filter, the buckets, the chains.
/// </summary>
internal sealed class GnuHashTable
{
    private readonly ReadOnlyMemory<byte> _table;
    private readonly int _bucketsAt;
    private readonly int _chainsAt;
    private readonly uint _bucketCount;
    private readonly uint _firstSymbol;

    private GnuHashTable(ReadOnlyMemory<byte> table, int bucketsAt, int chainsAt, uint bucketCount, uint firstSymbol)
    {
        _table = table;
        _bucketsAt = bucketsAt;
        _chainsAt = chainsAt;
        _bucketCount = bucketCount;
        _firstSymbol = firstSymbol;
    }

    public static GnuHashTable? TryParse(ElfClass elfClass, ReadOnlyMemory<byte> table)
    {
        const int HeaderSize = 16;
        if (table.Length < HeaderSize)
            return null;
        var span = table.Span;
        var bucketCount = ElfFormat.U32(span, 0);
        var firstSymbol = ElfFormat.U32(span, 4);
        var filterBytes = (ulong)ElfFormat.U32(span, 8) * (ulong)ElfFormat.AddressSize(elfClass);
        var bucketsAt = HeaderSize + filterBytes;
        var chainsAt = bucketsAt + ((ulong)bucketCount * 4);
        if (bucketCount == 0 || chainsAt > (ulong)table.Length)
            return null;
        return new GnuHashTable(table, (int)bucketsAt, (int)chainsAt, bucketCount, firstSymbol);
    }

    /// <summary>The number of symbols in the table this one hashes: one past the end of the last chain.</summary>
    public int SymbolCount()
    {
        var span = _table.Span;
        uint last = 0;
        for (uint i = 0; i < _bucketCount; i++)
            last = Math.Max(last, ElfFormat.U32(span, _bucketsAt + (int)(i * 4)));
        if (last < _firstSymbol || last == 0)
            return (int)Math.Min(_firstSymbol, int.MaxValue);
        while (TryChain(span, last, out var hash) && (hash & 1) == 0)
            last++;
        return (int)Math.Min(last, int.MaxValue - 1u) + 1;
    }

    public bool TryFind(ElfSymbolTable symbols, ReadOnlySpan<byte> name, out ElfSymbol symbol)
    {
        var span = _table.Span;
        var wanted = Hash(name);
        var index = ElfFormat.U32(span, _bucketsAt + (int)(wanted % _bucketCount * 4));
        while (index != 0 && index < (uint)symbols.Count && TryChain(span, index, out var hash))
        {
            // The lowest bit ends a chain, so hashes are compared without it.
            if ((hash | 1) == (wanted | 1))
            {
                symbol = symbols[(int)index];
                if (symbol.IsDefined && symbols.Name(symbol).SequenceEqual(name))
                    return true;
            }
            if ((hash & 1) != 0)
                break;
            index++;
        }
        symbol = default;
        return false;
    }

    private bool TryChain(ReadOnlySpan<byte> span, uint symbol, out uint hash)
    {
        hash = 0;
        if (symbol < _firstSymbol)
            return false;
        var at = (ulong)_chainsAt + ((ulong)(symbol - _firstSymbol) * 4);
        if (at + 4 > (ulong)span.Length)
            return false;
        hash = ElfFormat.U32(span, (int)at);
        return true;
    }

    private static uint Hash(ReadOnlySpan<byte> name)
    {
        // Bernstein's hash, as dl_new_hash of glibc's elf/dl-lookup.c.
        uint hash = 5381;
        foreach (var b in name)
            hash = unchecked((hash * 33) + b);
        return hash;
    }
}

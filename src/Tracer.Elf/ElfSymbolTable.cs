using System.Text;

namespace Tracer.Elf;

/// <summary>
/// A symbol table over the file's bytes: nothing is materialised, every lookup decodes as it goes. Entries are in the
/// file's order, which groups local symbols behind the STT_FILE symbol of their source file.
/// </summary>
public sealed class ElfSymbolTable
{
    private readonly ElfClass _class;
    private readonly ReadOnlyMemory<byte> _entries;
    private readonly ReadOnlyMemory<byte> _strings;
    private readonly int _entrySize;
    private readonly GnuHashTable? _hash;

    internal ElfSymbolTable(ElfClass elfClass, ReadOnlyMemory<byte> entries, ReadOnlyMemory<byte> strings, GnuHashTable? hash = null)
    {
        _class = elfClass;
        _entrySize = ElfFormat.SymbolSize(elfClass);
        _entries = entries;
        _strings = strings;
        _hash = hash;
        Count = entries.Length / _entrySize;
    }

    /// <summary>The number of entries, including the reserved first one.</summary>
    public int Count { get; }

    /// <summary>The entry at <paramref name="index"/>.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The index is not below <see cref="Count"/>.</exception>
    public ElfSymbol this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            return ElfFormat.Symbol(_class, _entries.Span[(index * _entrySize)..], index);
        }
    }

    /// <summary>The name of a symbol of this table as UTF-8 bytes; empty when it has none or the offset is bad.</summary>
    public ReadOnlySpan<byte> Name(in ElfSymbol symbol) => ElfFormat.String(_strings.Span, symbol.NameOffset);

    /// <summary>The name of a symbol of this table as a string.</summary>
    public string NameString(in ElfSymbol symbol) => Encoding.UTF8.GetString(Name(symbol));

    /// <summary>Enumerates the entries in the file's order.</summary>
    public Enumerator GetEnumerator() => new(this);

    /// <summary>Finds the first defined symbol of this name: by .gnu.hash where there is one, else by a scan.</summary>
    /// <param name="name">The exact name, without a version.</param>
    /// <param name="symbol">The symbol, when the result is true.</param>
    public bool TryFind(string name, out ElfSymbol symbol)
    {
        ArgumentNullException.ThrowIfNull(name);
        return TryFind(Encoding.UTF8.GetBytes(name), out symbol);
    }

    /// <inheritdoc cref="TryFind(string, out ElfSymbol)"/>
    public bool TryFind(ReadOnlySpan<byte> name, out ElfSymbol symbol)
    {
        if (_hash is { } hash)
            return hash.TryFind(this, name, out symbol);
        var from = -1;
        return TryFindNext(name, ref from, out symbol);
    }

    /// <summary>Finds the next defined symbol of this name, so that several local symbols of one name are all seen.</summary>
    /// <param name="name">The exact name, without a version.</param>
    /// <param name="index">The index to search after; start with -1. It becomes the index of the symbol found.</param>
    /// <param name="symbol">The symbol, when the result is true.</param>
    public bool TryFindNext(ReadOnlySpan<byte> name, ref int index, out ElfSymbol symbol)
    {
        symbol = default;
        if (name.IsEmpty)
            return false;
        var strings = _strings.Span;
        var entries = _entries.Span;
        for (var i = index + 1; i < Count; i++)
        {
            var entry = entries.Slice(i * _entrySize, _entrySize);
            if (!ElfFormat.IsStringAt(strings, ElfFormat.U32(entry, 0), name))
                continue;
            symbol = ElfFormat.Symbol(_class, entry, i);
            if (!symbol.IsDefined || symbol.Type is ElfSymbolType.File or ElfSymbolType.Section)
                continue;
            index = i;
            return true;
        }
        symbol = default;
        return false;
    }

    /// <summary>
    /// Finds the function or object whose extent contains an address (a symbol of unknown size contains its own address only).
    /// One scan: for many lookups build an <see cref="ElfSymbolIndex"/>.
    /// </summary>
    /// <param name="address">An address as linked.</param>
    /// <param name="symbol">The symbol, when the result is true. Of several the one that starts last, global before local.</param>
    public bool TryFindContaining(ulong address, out ElfSymbol symbol)
    {
        var best = default(ElfSymbol);
        var found = false;
        foreach (var candidate in this)
        {
            if (!HasExtent(candidate) || address < candidate.Value)
                continue;
            if (address - candidate.Value >= Math.Max(candidate.Size, 1))
                continue;
            if (!found || IsBetter(candidate, best))
                (best, found) = (candidate, true);
        }
        symbol = best;
        return found;
    }

    /// <summary>
    /// The index of the STT_FILE symbol that a local symbol is grouped under, or -1 for globals and for tables without such
    /// symbols. Two local symbols of one group come from one source file.
    /// </summary>
    public int FileOf(in ElfSymbol symbol)
    {
        if (symbol.Binding != ElfSymbolBinding.Local)
            return -1;
        for (var i = Math.Min(symbol.Index, Count - 1); i > 0; i--)
        {
            var entry = this[i];
            if (entry.Type == ElfSymbolType.File)
                return i;
        }
        return -1;
    }

    internal static bool HasExtent(in ElfSymbol symbol) =>
        symbol.IsDefined && !symbol.IsAbsolute
        && symbol.Type is ElfSymbolType.Function or ElfSymbolType.Object or ElfSymbolType.None or ElfSymbolType.IndirectFunction
        && symbol.NameOffset != 0;

    internal static bool IsBetter(in ElfSymbol candidate, in ElfSymbol best)
    {
        if (candidate.Value != best.Value)
            return candidate.Value > best.Value;
        if ((candidate.Size != 0) != (best.Size != 0))
            return candidate.Size != 0;
        return candidate.Binding != ElfSymbolBinding.Local && best.Binding == ElfSymbolBinding.Local;
    }

    /// <summary>Enumerates a symbol table without allocating.</summary>
    public struct Enumerator
    {
        private readonly ElfSymbolTable _table;
        private int _index;

        internal Enumerator(ElfSymbolTable table)
        {
            _table = table;
            _index = -1;
        }

        /// <summary>The entry the enumerator stands on.</summary>
        public readonly ElfSymbol Current => _table[_index];

        /// <summary>Goes to the next entry; false at the end.</summary>
        public bool MoveNext() => ++_index < _table.Count;
    }
}

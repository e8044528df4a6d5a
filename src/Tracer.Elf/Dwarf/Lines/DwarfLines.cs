namespace Tracer.Elf.Dwarf.Lines;

/// <summary>
/// Source lines and addresses, both ways, from .debug_line (DWARF 2 to 5), and the inlined functions at an address. Tables are decoded
/// unit by unit when first needed. Addresses are those of the file as linked. Not thread-safe.
/// </summary>
public sealed class DwarfLines
{
    private readonly DwarfReader _reader;
    private readonly Dictionary<ulong, LineTable?> _tables = [];
    private readonly Dictionary<DwarfUnit, UnitFunctions> _functions = [];
    private UnitRangeIndex? _units;
    private long _programBytes;

    internal DwarfLines(DwarfReader reader) => _reader = reader;

    /// <summary>The source line of an address.</summary>
    /// <param name="address">The address as linked; for a return address the one before it, which is in the call.</param>
    /// <param name="location">The place, when the result is true.</param>
    /// <returns>Whether the file says.</returns>
    public bool TryFind(ulong address, out SourceLocation location)
    {
        location = default;
        if (FindUnit(address) is not { } unit || TableOf(unit) is not { } table || !table.TryFind(address, out var row))
            return false;
        location = table.Locate(row);
        return true;
    }

    /// <summary>The function at an address with those inlined into it there, innermost first.</summary>
    /// <param name="address">The address as linked; for a return address the one before it.</param>
    /// <returns>The functions; a single nameless one when only the line is known; none when the file does not say anything.</returns>
    public IReadOnlyList<SourceFrame> FramesAt(ulong address)
    {
        if (FindUnit(address) is not { } unit)
            return [];
        var table = TableOf(unit);
        SourceLocation? location = table is not null && table.TryFind(address, out var row) ? table.Locate(row) : null;
        var code = CodeOf(unit);
        var chain = FunctionsOf(code).ChainAt(address);
        if (chain.Count == 0)
            return location is null ? [] : [new(null, null, false, location)];
        var frames = new SourceFrame[chain.Count];
        for (int i = chain.Count - 1; i >= 0; i--)
        {
            if (!new DwarfEntryRef(code, chain[i]).TryOpen(out var entry))
                return [];
            var function = new DwarfSubprogram(ref entry);
            frames[chain.Count - 1 - i] = new(function.Name, function.LinkageName, i > 0, location);
            location = CallSite(ref entry, table);
        }
        return frames;
    }

    /// <summary>The function at an address with those inlined into it there, as entries with parameters and variables, innermost first.</summary>
    /// <param name="address">The address as linked.</param>
    /// <returns>The functions; none when the file does not say.</returns>
    public IReadOnlyList<DwarfSubprogram> FunctionsAt(ulong address)
    {
        if (FindUnit(address) is not { } unit)
            return [];
        var code = CodeOf(unit);
        var functions = new List<DwarfSubprogram>();
        foreach (int offset in Enumerable.Reverse(FunctionsOf(code).ChainAt(address)))
        {
            if (new DwarfEntryRef(code, offset).TryOpen(out var entry))
                functions.Add(new DwarfSubprogram(ref entry));
        }
        return functions;
    }

    /// <summary>
    /// The addresses at which the statements of a line start: one for each function or inlined copy that has the line, the lowest there.
    /// When no code belongs to the line, the next line with code is taken, as debuggers do.
    /// </summary>
    /// <param name="file">A path, or its last components: <c>main.c</c>, <c>src/main.c</c>.</param>
    /// <param name="line">The line, from 1.</param>
    /// <param name="orNext">Whether the next line with code may stand for one without.</param>
    /// <returns>The addresses in order; none when no file of this name has code there.</returns>
    public IReadOnlyList<SourceAddress> FindAddresses(string file, uint line, bool orNext = true)
    {
        ArgumentNullException.ThrowIfNull(file);
        var tables = TablesWith(file);
        uint found = Nearest(tables, line, orNext);
        if (found == 0)
            return [];
        var result = new List<SourceAddress>();
        var seen = new HashSet<(DwarfUnit, int)>();
        foreach (var (table, files) in tables)
        {
            foreach (var row in Starts(table, files, found))
            {
                // Of several runs of a line in one function (the head of a loop) the first is where the statement starts.
                var code = CodeOf(table.Unit);
                var chain = FunctionsOf(code).ChainAt(row.Address);
                if (chain.Count == 0 || seen.Add((code, chain[^1])))
                    result.Add(new(row.Address, table.Locate(row)));
            }
        }
        result.Sort((a, b) => a.Address.CompareTo(b.Address));
        return result;
    }

    /// <summary>Where the prologue of a function ends: at the row marked so, else at the second line of the function, as debuggers take it.</summary>
    /// <param name="low">The function's first address as linked.</param>
    /// <param name="high">The first address behind it.</param>
    /// <param name="address">The address, when the result is true; it is between the two.</param>
    /// <returns>Whether the file says.</returns>
    public bool TryFindPrologueEnd(ulong low, ulong high, out ulong address)
    {
        address = 0;
        if (FindUnit(low) is not { } unit || TableOf(unit) is not { } table)
            return false;
        LineRow? second = null;
        foreach (ref readonly var sequence in table.Sequences)
        {
            if (low < sequence.Low || low >= sequence.High)
                continue;
            foreach (ref readonly var row in table.Rows(sequence))
            {
                if (row.Address < low || row.Address >= high)
                    continue;
                if (row.IsPrologueEnd)
                {
                    address = row.Address;
                    return true;
                }
                if (row.Address > low && row.Line != 0 && row.IsStatement)
                    second ??= row;
            }
        }
        address = second?.Address ?? 0;
        return second is not null;
    }

    private static SourceLocation? CallSite(ref DwarfEntryReader entry, LineTable? table)
    {
        if (entry.Find(DwarfAttribute.CallLine).Constant is not { } line || line is < 0 or > uint.MaxValue)
            return null;
        long file = entry.Find(DwarfAttribute.CallFile).Constant ?? -1;
        long column = entry.Find(DwarfAttribute.CallColumn).Constant ?? 0;
        var name = file is >= 0 and <= uint.MaxValue ? table?.FileName((uint)file) : null;
        return new(name, (uint)line, column is >= 0 and <= uint.MaxValue ? (uint)column : 0);
    }

    private List<(LineTable Table, HashSet<uint> Files)> TablesWith(string file)
    {
        var tables = new List<(LineTable, HashSet<uint>)>();
        var seen = new HashSet<LineTable>();
        var section = _reader.UnitSections[0];
        for (int i = 0; section.UnitAt(i) is { } unit; i++)
        {
            if (!unit.TryLoad() || TableOf(unit) is not { } table || !seen.Add(table))
                continue;
            var files = new HashSet<uint>();
            var (first, end) = table.FileIndexes;
            for (uint index = first; index < end; index++)
            {
                if (table.FileName(index) is { } path && SourceFileName.Matches(path, file))
                    files.Add(index);
            }
            if (files.Count > 0)
                tables.Add((table, files));
        }
        return tables;
    }

    // The line itself, or the first with a statement behind it; 0 when there is none.
    private static uint Nearest(List<(LineTable Table, HashSet<uint> Files)> tables, uint line, bool orNext)
    {
        uint nearest = 0;
        foreach (var (table, files) in tables)
        {
            foreach (ref readonly var sequence in table.Sequences)
            {
                foreach (ref readonly var row in table.Rows(sequence))
                {
                    if (row.Line < line || !row.IsStatement || !files.Contains(row.File))
                        continue;
                    if (row.Line == line)
                        return line;
                    if (orNext && (nearest == 0 || row.Line < nearest))
                        nearest = row.Line;
                }
            }
        }
        return nearest;
    }

    private static List<LineRow> Starts(LineTable table, HashSet<uint> files, uint line)
    {
        var starts = new List<LineRow>();
        foreach (ref readonly var sequence in table.Sequences)
        {
            var rows = table.Rows(sequence);
            bool inside = false;
            for (int i = 0; i < rows.Length; i++)
            {
                bool wanted = rows[i].Line == line && files.Contains(rows[i].File);
                if (wanted && !inside && rows[i].IsStatement)
                {
                    starts.Add(rows[i]);
                    inside = true;
                }
                else if (!wanted)
                {
                    inside = false;
                }
            }
        }
        starts.Sort((a, b) => a.Address.CompareTo(b.Address));
        return starts;
    }

    private DwarfUnit? FindUnit(ulong address)
    {
        _units ??= new UnitRangeIndex(_reader, TableOf);
        return _units.Find(address) is { } unit && unit.TryLoad() ? unit : null;
    }

    // The entries of a skeleton are in its split unit, when that is at hand.
    private DwarfUnit CodeOf(DwarfUnit unit) =>
        unit.Kind == DwarfUnitKind.Skeleton && _reader.FindSplit(unit.Signature) is { } split ? split : unit;

    private UnitFunctions FunctionsOf(DwarfUnit unit)
    {
        if (!_functions.TryGetValue(unit, out var functions))
            _functions[unit] = functions = new UnitFunctions(unit);
        return functions;
    }

    private LineTable? TableOf(DwarfUnit unit)
    {
        if (unit.StmtList is not { Exists: true } list)
            return null;
        if (_tables.TryGetValue(list.Bits, out var table))
            return table;
        var section = _reader.Sections.Line;
        // Tables of an honest file do not overlap; units that each name another offset of one long table would cost size times size.
        if (_programBytes <= (2L * section.Length) + 4096 && LineProgramHeader.Read(section, list.Bits, unit.Format.AddressSize) is { } header)
        {
            table = new LineTable(header, unit);
            _programBytes += table.ProgramLength;
        }
        else
        {
            _reader.Report("DWARF017", $"No line table can be read at .debug_line offset 0x{list.Bits:x}.", (long)list.Bits);
        }
        return _tables[list.Bits] = table;
    }
}

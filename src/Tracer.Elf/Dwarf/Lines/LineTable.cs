using System.Text;

namespace Tracer.Elf.Dwarf.Lines;

/// <summary>The line table of a unit: its files, and its rows, decoded when an address or a line is first asked for and sorted by address.</summary>
internal sealed class LineTable(LineProgramHeader header, DwarfUnit unit)
{
    // What linkers write in place of addresses of dropped code: 0, or for lld the highest two.
    private const ulong LowestTombstone = ulong.MaxValue - 1;

    private readonly Dictionary<uint, string?> _names = [];
    private LineRow[]? _rows;
    private LineSequence[] _sequences = [];

    public DwarfUnit Unit { get; } = unit;

    /// <summary>The bytes of the program; what decoding costs.</summary>
    public int ProgramLength => Math.Max(0, header.End - header.ProgramStart);

    /// <summary>Code that the table has rows for, by address.</summary>
    public ReadOnlySpan<LineSequence> Sequences
    {
        get
        {
            Decode();
            return _sequences;
        }
    }

    public ReadOnlySpan<LineRow> Rows(in LineSequence sequence) => _rows.AsSpan(sequence.FirstRow, sequence.RowCount);

    /// <summary>The indexes of the first file and behind the last; from version 5 on they start at 0, before at 1 (DWARF 5, 6.2.4).</summary>
    public (uint First, uint End) FileIndexes => header.Format.Version >= 5 ? (0u, (uint)header.Files.Count) : (1u, (uint)header.Files.Count + 1);

    /// <summary>The row that an address belongs to: the last at or before it in its sequence.</summary>
    public bool TryFind(ulong address, out LineRow row)
    {
        row = default;
        if (!TryFindSequence(address, out var sequence))
            return false;
        var rows = Rows(sequence);
        int low = 0, high = rows.Length - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (rows[middle].Address <= address)
                low = middle;
            else
                high = middle - 1;
        }
        row = rows[low];
        return true;
    }

    public SourceLocation Locate(in LineRow row) => new(FileName(row.File), row.Line, row.Column);

    /// <summary>The path of a file: absolute when the directory of compilation is known.</summary>
    public string? FileName(uint index)
    {
        if (!_names.TryGetValue(index, out var name))
            _names[index] = name = ReadName(index);
        return name;
    }

    private bool TryFindSequence(ulong address, out LineSequence sequence)
    {
        Decode();
        int low = 0, high = _sequences.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            sequence = _sequences[middle];
            if (address < sequence.Low)
                high = middle - 1;
            else if (address >= sequence.High)
                low = middle + 1;
            else
                return true;
        }
        sequence = default;
        return false;
    }

    private void Decode()
    {
        if (_rows is not null)
            return;
        var rows = new List<LineRow>();
        var sequences = new List<LineSequence>();
        var program = new LineProgram(header, Unit.Reader.Sections.Line.Span);
        int first = 0;
        bool sorted = true;
        while (program.MoveNext(out var row))
        {
            if (!row.EndsSequence)
            {
                sorted &= rows.Count == first || rows[^1].Address <= row.Address;
                rows.Add(row);
                continue;
            }
            int count = rows.Count - first;
            if (!sorted)
                rows.Sort(first, count, Comparer<LineRow>.Create((a, b) => a.Address.CompareTo(b.Address)));
            if (count > 0 && rows[first].Address is > 0 and < LowestTombstone && rows[first].Address < row.Address)
                sequences.Add(new(rows[first].Address, row.Address, first, count));
            else
                rows.RemoveRange(first, count);
            first = rows.Count;
            sorted = true;
        }
        sequences.Sort((a, b) => a.Low.CompareTo(b.Low));
        _sequences = [.. sequences];
        _rows = [.. rows];
    }

    private string? ReadName(uint index)
    {
        bool fromZero = header.Format.Version >= 5;
        if (!fromZero && index == 0)
            return DwarfValues.Text(Unit, Unit.Name);
        ulong at = fromZero ? index : index - 1;
        if (at >= (ulong)header.Files.Count)
            return null;
        var file = header.Files[(int)at];
        return Text(file.Path) is { } name ? Combine(DirectoryName(file.Directory), name) : null;
    }

    private string? DirectoryName(ulong index)
    {
        var compilation = DwarfValues.Text(Unit, Unit.CompDir);
        bool fromZero = header.Format.Version >= 5;
        if (!fromZero && index == 0)
            return compilation;
        ulong at = fromZero ? index : index - 1;
        if (at >= (ulong)header.Directories.Count || Text(header.Directories[(int)at].Path) is not { } directory)
            return compilation;
        // From version 5 on, the first directory is that of the compilation.
        if (fromZero && index != 0 && Text(header.Directories[0].Path) is { } first)
            compilation = first;
        return Combine(compilation, directory);
    }

    private string? Text(DwarfAttributeValue value)
    {
        if (value.Form != DwarfForm.String)
            return DwarfValues.Text(Unit, value);
        // The string is in .debug_line itself, not in the unit's section.
        return Encoding.UTF8.GetString(Unit.Reader.Sections.Line.Span.Slice(value.BlockOffset, value.BlockLength));
    }

    private static string Combine(string? directory, string name) =>
        directory is not { Length: > 0 } || name.StartsWith('/') ? name : directory.EndsWith('/') ? directory + name : $"{directory}/{name}";
}

namespace Tracer.Runtimes.Python.Threads;

/// <summary>From the place in a code object's instructions to the line, in each of the three forms that CPython has had.</summary>
public static class PythonLineTable
{
    /// <summary>The line of an instruction; null when the compiler gave it none.</summary>
    /// <param name="version">The version that made the table.</param>
    /// <param name="table">co_lnotab, since 3.10 co_linetable.</param>
    /// <param name="firstLine">co_firstlineno.</param>
    /// <param name="offset">Bytes from the start of the instructions; negative before the first.</param>
    public static int? Line(PythonVersion version, ReadOnlySpan<byte> table, int firstLine, long offset)
    {
        ArgumentNullException.ThrowIfNull(version);
        if (offset < 0)
            return firstLine;
        return version.IsAtLeast(3, 11) ? Locations(table, firstLine, offset)
            : version.IsAtLeast(3, 10) ? Ranges(table, firstLine, offset)
            : Increments(table, firstLine, offset, isSigned: version.Major >= 3);
    }

    /// <summary>
    /// Where the code of a line begins, in bytes from the start of the instructions: at each place behind code of another line or of none, in their order.
    /// </summary>
    /// <param name="version">The version that made the table.</param>
    /// <param name="table">co_lnotab, since 3.10 co_linetable.</param>
    /// <param name="firstLine">co_firstlineno.</param>
    /// <param name="length">Bytes of the instructions.</param>
    /// <param name="line">The line.</param>
    public static IReadOnlyList<long> Starts(PythonVersion version, ReadOnlySpan<byte> table, int firstLine, long length, int line)
    {
        ArgumentNullException.ThrowIfNull(version);
        var unit = version.Major >= 3 && version.IsAtLeast(3, 6) ? 2 : 1;
        var starts = new List<long>();
        int? before = null;
        for (var offset = 0L; offset < length; offset += unit)
        {
            var here = Line(version, table, firstLine, offset);
            if (here == line && before != line)
                starts.Add(offset);
            before = here;
        }

        return starts;
    }

    // Objects/lnotab_notes.txt until 3.9: increments of address and line; lines were unsigned in 2.7.
    private static int Increments(ReadOnlySpan<byte> table, int line, long offset, bool isSigned)
    {
        var address = 0L;
        for (var k = 0; k + 1 < table.Length; k += 2)
        {
            address += table[k];
            if (address > offset)
                break;
            line += isSigned ? (sbyte)table[k + 1] : table[k + 1];
        }

        return line;
    }

    // Objects/lnotab_notes.txt of 3.10: the length of a range and the increment that gives its line, or -128 for none.
    private static int? Ranges(ReadOnlySpan<byte> table, int line, long offset)
    {
        var end = 0L;
        for (var k = 0; k + 1 < table.Length; k += 2)
        {
            end += table[k];
            var increment = (sbyte)table[k + 1];
            if (increment != -128)
                line += increment;
            if (offset < end)
                return increment == -128 ? null : line;
        }

        return line;
    }

    // Objects/locations.md (InternalDocs/code_objects.md) since 3.11: entries begin with bit 7, a code and a length in units of two bytes.
    private static int? Locations(ReadOnlySpan<byte> table, int line, long offset)
    {
        var end = 0L;
        var k = 0;
        while (k < table.Length)
        {
            var code = table[k] >> 3 & 15;
            end += ((table[k] & 7) + 1) * 2;
            k++;
            switch (code)
            {
                case <= 9:
                    k++;
                    break;
                case <= 12:
                    line += code - 10;
                    k += 2;
                    break;
                case 13:
                    line += Signed(table, ref k);
                    break;
                case 14:
                    line += Signed(table, ref k);
                    Unsigned(table, ref k);
                    Unsigned(table, ref k);
                    Unsigned(table, ref k);
                    break;
            }

            if (offset < end)
                return code == 15 ? null : line;
        }

        return line;
    }

    // Six bits a byte, least first; bit 6 says that there are more.
    private static uint Unsigned(ReadOnlySpan<byte> table, ref int at)
    {
        var value = 0u;
        for (var shift = 0; at < table.Length; shift += 6)
        {
            var part = table[at++];
            if (shift < 32)
                value |= (uint)(part & 63) << shift;
            if ((part & 64) == 0)
                break;
        }

        return value;
    }

    private static int Signed(ReadOnlySpan<byte> table, ref int at)
    {
        var value = Unsigned(table, ref at);
        return (value & 1) != 0 ? -(int)(value >> 1) : (int)(value >> 1);
    }
}

namespace Tracer.Elf.Dwarf.Lines;

/// <summary>A row of the line number matrix (DWARF 5, 6.2.2), as far as it is of use here.</summary>
internal readonly record struct LineRow(ulong Address, uint File, uint Line, ushort Column, LineRowFlags Flags)
{
    public bool IsStatement => (Flags & LineRowFlags.Statement) != 0;

    public bool IsPrologueEnd => (Flags & LineRowFlags.PrologueEnd) != 0;

    public bool EndsSequence => (Flags & LineRowFlags.EndSequence) != 0;
}

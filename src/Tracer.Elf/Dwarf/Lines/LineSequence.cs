namespace Tracer.Elf.Dwarf.Lines;

/// <summary>A run of rows for contiguous code: its addresses, and where its rows are. The row that ends it is not among them.</summary>
internal readonly record struct LineSequence(ulong Low, ulong High, int FirstRow, int RowCount);

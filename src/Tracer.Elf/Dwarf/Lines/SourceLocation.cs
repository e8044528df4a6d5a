namespace Tracer.Elf.Dwarf.Lines;

/// <summary>A place in the source.</summary>
/// <param name="File">The path as the compiler knew it, absolute where its working directory is recorded; null when the table names no such file.</param>
/// <param name="Line">The line, from 1; 0 for code that belongs to no line (DWARF 5, 6.2.2).</param>
/// <param name="Column">The column, from 1; 0 when unknown.</param>
public readonly record struct SourceLocation(string? File, uint Line, uint Column)
{
    /// <inheritdoc/>
    public override string ToString() => $"{File ?? "?"}:{Line}";
}

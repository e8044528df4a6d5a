namespace Tracer.Elf.Dwarf.Lines;

/// <summary>The booleans of a row.</summary>
[Flags]
internal enum LineRowFlags : byte
{
    None = 0,

    /// <summary>A recommended place for a breakpoint.</summary>
    Statement = 1,

    /// <summary>Behind the prologue of a function.</summary>
    PrologueEnd = 2,

    /// <summary>The first address behind a sequence; it has no line.</summary>
    EndSequence = 4,
}

namespace Tracer.Elf.Dwarf;

/// <summary>Something in the debugging information that could not be used; collected, never thrown. The ids are listed in docs/diagnostics-dwarf.md.</summary>
/// <param name="Id">The id, <c>DWARF001</c> and up.</param>
/// <param name="Message">One sentence with the offending value.</param>
/// <param name="Offset">The offset in its section (the message names it when it is not .debug_info), in bytes.</param>
public readonly record struct DwarfDiagnostic(string Id, string Message, long Offset);

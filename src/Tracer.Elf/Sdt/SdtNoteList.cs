using System.Collections.Immutable;

namespace Tracer.Elf.Sdt;

/// <summary>What <see cref="SdtReader"/> found in an image.</summary>
/// <param name="Notes">The sites in the file's order.</param>
/// <param name="Diagnostics">The notes that could not be read, and why.</param>
public sealed record SdtNoteList(ImmutableArray<SdtNote> Notes, ImmutableArray<ElfDiagnostic> Diagnostics);

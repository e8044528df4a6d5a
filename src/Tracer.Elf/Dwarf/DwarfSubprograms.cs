namespace Tracer.Elf.Dwarf;

/// <summary>Finds functions.</summary>
public sealed class DwarfSubprograms
{
    internal DwarfSubprograms(DwarfReader reader) => _ = reader;
}

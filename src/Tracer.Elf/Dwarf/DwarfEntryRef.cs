namespace Tracer.Elf.Dwarf;

/// <summary>Where an entry is: a loaded unit and an offset in its section.</summary>
internal readonly record struct DwarfEntryRef(DwarfUnit Unit, int Offset)
{
    /// <summary>Opens the entry; false when there is none at this place.</summary>
    public bool TryOpen(out DwarfEntryReader entry)
    {
        entry = new DwarfEntryReader(Unit, Offset);
        return entry.MoveNext();
    }
}

namespace Tracer.Elf.Dwarf;

/// <summary>Addresses of a file, as it was linked.</summary>
/// <param name="Low">The first address.</param>
/// <param name="High">The first address behind.</param>
public readonly record struct DwarfAddressRange(ulong Low, ulong High)
{
    /// <summary>Whether an address is in the range.</summary>
    /// <param name="address">The address as linked.</param>
    /// <returns>Whether it is.</returns>
    public bool Contains(ulong address) => address >= Low && address < High;
}

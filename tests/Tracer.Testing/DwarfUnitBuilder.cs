using Tracer.Elf.Dwarf;

namespace Tracer.Testing;

/// <summary>One unit to be written by <see cref="DwarfBuilder"/>.</summary>
public sealed class DwarfUnitBuilder
{
    internal DwarfUnitBuilder(DwarfTag tag) => Root = new(tag);

    /// <summary>DWARF version, 2 to 5.</summary>
    public int Version { get; init; } = 5;

    /// <summary>Whether offsets have 8 bytes (the 64-bit format).</summary>
    public bool Wide { get; init; }

    /// <summary>Bytes of an address.</summary>
    public int AddressSize { get; init; } = 8;

    /// <summary>The type of the unit.</summary>
    public DwarfUnitKind Kind { get; init; } = DwarfUnitKind.Compile;

    /// <summary>The signature of a type unit or the id of a split or skeleton unit.</summary>
    public ulong Signature { get; init; }

    /// <summary>The type that a type unit is for.</summary>
    public DwarfEntryBuilder? SignatureType { get; set; }

    /// <summary>The unit's own entry.</summary>
    public DwarfEntryBuilder Root { get; }

    /// <summary>Where the unit was written; known after the build.</summary>
    public int Offset { get; internal set; }

    internal int OffsetSize => Wide ? 8 : 4;

    /// <summary>Adds an entry on the top level.</summary>
    public DwarfEntryBuilder Add(DwarfTag tag) => Root.Add(tag);

    /// <summary>Adds a base type.</summary>
    public DwarfEntryBuilder AddBase(string name, int size, DwarfEncoding encoding) =>
        Add(DwarfTag.BaseType).Named(name).Sized(size).With(DwarfAttribute.Encoding, DwarfForm.Data1, (int)encoding);
}

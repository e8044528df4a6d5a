using Tracer.Elf.Dwarf;

namespace Tracer.Testing;

/// <summary>One entry to be written by <see cref="DwarfBuilder"/>. Values are what their forms take: numbers, strings, byte arrays, entries for references.</summary>
public sealed class DwarfEntryBuilder(DwarfTag tag)
{
    /// <summary>The tag.</summary>
    public DwarfTag Tag { get; } = tag;

    /// <summary>The attributes in order.</summary>
    public List<(DwarfAttribute Name, DwarfForm Form, object Value)> Attributes { get; } = [];

    /// <summary>The entries below.</summary>
    public List<DwarfEntryBuilder> Children { get; } = [];

    /// <summary>Where it was written in its section; known after the build.</summary>
    public int Offset { get; internal set; }

    /// <summary>Where the entry behind all its children is; known after the build.</summary>
    public int End { get; internal set; }

    /// <summary>The unit it was written in.</summary>
    internal DwarfUnitBuilder? Unit { get; set; }

    /// <summary>Adds an attribute.</summary>
    public DwarfEntryBuilder With(DwarfAttribute name, DwarfForm form, object value)
    {
        Attributes.Add((name, form, value));
        return this;
    }

    /// <summary>Adds DW_AT_name as an inline string.</summary>
    public DwarfEntryBuilder Named(string name) => With(DwarfAttribute.Name, DwarfForm.String, name);

    /// <summary>Adds DW_AT_byte_size.</summary>
    public DwarfEntryBuilder Sized(int bytes) => With(DwarfAttribute.ByteSize, DwarfForm.Data1, bytes);

    /// <summary>Adds DW_AT_type as a reference within the unit.</summary>
    public DwarfEntryBuilder Typed(DwarfEntryBuilder type) => With(DwarfAttribute.Type, DwarfForm.Ref4, type);

    /// <summary>Adds DW_AT_data_member_location.</summary>
    public DwarfEntryBuilder At(int offset) => With(DwarfAttribute.DataMemberLocation, DwarfForm.Udata, offset);

    /// <summary>Adds DW_AT_sibling, pointing behind the entry's children.</summary>
    public DwarfEntryBuilder WithSibling() => With(DwarfAttribute.Sibling, DwarfForm.Ref4, this);

    /// <summary>Adds an entry below and gives that entry.</summary>
    public DwarfEntryBuilder Add(DwarfTag tag)
    {
        var child = new DwarfEntryBuilder(tag);
        Children.Add(child);
        return child;
    }
}

namespace Tracer.Elf;

/// <summary>A note: an owner's name, a type in the owner's numbering and a descriptor. It borrows the file's bytes.</summary>
public readonly ref struct ElfNote
{
    internal ElfNote(ReadOnlySpan<byte> name, uint type, ReadOnlyMemory<byte> descriptor, ulong offset, ulong descriptorOffset)
    {
        Name = name;
        Type = type;
        Descriptor = descriptor;
        Offset = offset;
        DescriptorOffset = descriptorOffset;
    }

    /// <summary>The owner's name without its terminating zero, as <c>GNU</c> or <c>stapsdt</c>.</summary>
    public ReadOnlySpan<byte> Name { get; }

    /// <summary>The type, meaningful together with <see cref="Name"/>.</summary>
    public uint Type { get; }

    /// <summary>The descriptor's bytes.</summary>
    public ReadOnlyMemory<byte> Descriptor { get; }

    /// <summary>Where the note's header is, in bytes from the start of the file.</summary>
    public ulong Offset { get; }

    /// <summary>Where the descriptor is, in bytes from the start of the file.</summary>
    public ulong DescriptorOffset { get; }
}

namespace Tracer.Elf;

/// <summary>The dynamic relocations of an x86-64 image (.rela.dyn, then .rela.plt), decoded as they are enumerated.</summary>
public sealed class ElfRelocations
{
    private const int EntrySize = 24; // Elf64_Rela
    private readonly ElfImage _image;
    private readonly ReadOnlyMemory<byte> _data;
    private readonly ReadOnlyMemory<byte> _plt;

    /// <summary>The relocations of an image; none for other classes than ELF64.</summary>
    /// <param name="image">The image.</param>
    public ElfRelocations(ElfImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        _image = image;
        if (image.Class != ElfClass.Elf64)
            return;
        var dynamic = image.Dynamic;
        _data = Table(dynamic.Relocations, dynamic.RelocationsSize);
        if (dynamic.PltHasAddends)
            _plt = Table(dynamic.PltRelocations, dynamic.PltRelocationsSize);
    }

    /// <summary>The number of relocations.</summary>
    public int Count => (_data.Length / EntrySize) + (_plt.Length / EntrySize);

    /// <summary>The relocation at <paramref name="index"/>.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    public ElfRelocation this[int index]
    {
        get
        {
            var inData = _data.Length / EntrySize;
            var entry = index < inData ? _data.Span[(index * EntrySize)..] : _plt.Span[((index - inData) * EntrySize)..];
            var info = ElfFormat.U64(entry, 8);
            return new(ElfFormat.U64(entry, 0), (ElfRelocationType)(uint)info, (uint)(info >> 32), (long)ElfFormat.U64(entry, 16));
        }
    }

    /// <summary>
    /// Finds the GOT slot that holds a symbol's address at run time: the one relocated by the symbol's name, else the one
    /// relocated by the load bias plus its address (local and hidden symbols).
    /// </summary>
    /// <param name="name">The symbol's name in UTF-8.</param>
    /// <param name="value">The symbol's link-time address when it is defined in this image; null looks by name only.</param>
    /// <param name="slot">The slot's link-time address, when the result is true.</param>
    public bool TryFindGotSlot(ReadOnlySpan<byte> name, ulong? value, out ulong slot)
    {
        if (TryFindNamed(name, ElfRelocationType.GlobalData, out slot) || TryFindNamed(name, ElfRelocationType.JumpSlot, out slot))
            return true;
        if (value is not { } address || !TryGetGotRange(out var start, out var end))
            return false;
        for (var i = 0; i < Count; i++)
        {
            var relocation = this[i];
            if (relocation.Type != ElfRelocationType.Relative || unchecked((ulong)relocation.Addend) != address)
                continue;
            // The same pointer may stand in ordinary data, which the program may change.
            if (relocation.Address < start || relocation.Address >= end)
                continue;
            slot = relocation.Address;
            return true;
        }
        return false;
    }

    /// <summary>Finds the GOT slot that holds a thread-local symbol's offset from the thread pointer.</summary>
    /// <param name="name">The symbol's name in UTF-8.</param>
    /// <param name="value">The symbol's offset in the TLS segment when it is a local of this image; null looks by name only.</param>
    /// <param name="slot">The slot's link-time address, when the result is true.</param>
    public bool TryFindTlsSlot(ReadOnlySpan<byte> name, ulong? value, out ulong slot)
    {
        if (TryFindNamed(name, ElfRelocationType.TlsOffset, out slot))
            return true;
        for (var i = 0; value is { } offset && i < Count; i++)
        {
            var relocation = this[i];
            if (relocation.Type != ElfRelocationType.TlsOffset || relocation.SymbolIndex != 0 || unchecked((ulong)relocation.Addend) != offset)
                continue;
            slot = relocation.Address;
            return true;
        }
        return false;
    }

    private bool TryFindNamed(ReadOnlySpan<byte> name, ElfRelocationType type, out ulong slot)
    {
        slot = 0;
        if (_image.DynamicSymbols is not { } symbols || name.IsEmpty)
            return false;
        for (var i = 0; i < Count; i++)
        {
            var relocation = this[i];
            if (relocation.Type != type || relocation.SymbolIndex == 0 || relocation.SymbolIndex >= (uint)symbols.Count)
                continue;
            if (!symbols.Name(symbols[(int)relocation.SymbolIndex]).SequenceEqual(name))
                continue;
            slot = relocation.Address;
            return true;
        }
        return false;
    }

    private bool TryGetGotRange(out ulong start, out ulong end)
    {
        start = end = 0;
        if (!_image.TryFindSection(".got", out var got))
            return false;
        start = got.Address;
        end = unchecked(got.Address + got.Size);
        return true;
    }

    private ReadOnlyMemory<byte> Table(ulong address, ulong size)
    {
        if (address == 0 || size == 0)
            return default;
        var data = _image.DataFrom(address);
        return data[..(int)Math.Min(size, (ulong)data.Length)];
    }
}

using Tracer.Elf;
using Tracer.Elf.Dwarf.Frames;

namespace Tracer.Core.Stacks;

/// <summary>The rows found last, by address: stacks of a program go through the same calls again and again, and running call frame instructions is the dear part.</summary>
internal sealed class RowCache
{
    private const int Size = 512; // of some 350 bytes each

    private readonly UnwindRow[] _rows = new UnwindRow[Size];
    private readonly (ElfImage? Image, ulong Address, bool Exists)[] _keys = new (ElfImage?, ulong, bool)[Size];
    private readonly Dictionary<ElfImage, FrameTable> _tables = [];

    /// <summary>Finds the row for an address; it stays as it is until the next call.</summary>
    /// <param name="image">The image with the code.</param>
    /// <param name="address">The address as linked.</param>
    /// <param name="exists">Whether there is one.</param>
    public ref readonly UnwindRow Find(ElfImage image, ulong address, out bool exists)
    {
        // Fibonacci hashing: the upper bits of the product are well mixed.
        var slot = (int)(unchecked(address * 0x9e3779b97f4a7c15) >> 55);
        ref var key = ref _keys[slot];
        ref var row = ref _rows[slot];
        if (!ReferenceEquals(key.Image, image) || key.Address != address)
            key = (image, address, TableOf(image).TryFindRow(address, ref row));
        exists = key.Exists;
        return ref row;
    }

    private FrameTable TableOf(ElfImage image)
    {
        if (!_tables.TryGetValue(image, out var table))
            _tables[image] = table = FrameTable.Load(image);
        return table;
    }
}

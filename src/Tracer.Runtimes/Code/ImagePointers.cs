using System.Buffers.Binary;
using Tracer.Elf;

namespace Tracer.Runtimes.Code;

/// <summary>Follows pointers between the data of an image, as they will be when it is loaded: from relocations, else from the file's bytes.</summary>
public sealed class ImagePointers
{
    private readonly ElfImage _image;
    private readonly Dictionary<ulong, ulong> _relocated = [];

    /// <summary>Reads the image's relocations once.</summary>
    public ImagePointers(ElfImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        _image = image;
        var relocations = new ElfRelocations(image);
        for (var k = 0; k < relocations.Count; k++)
        {
            var relocation = relocations[k];
            if (relocation.Type == ElfRelocationType.Relative)
                _relocated[relocation.Address] = (ulong)relocation.Addend;
        }
    }

    /// <summary>The link-time address that the pointer at a link-time address will hold; 0 when there is none.</summary>
    public ulong Follow(ulong address)
    {
        if (_relocated.TryGetValue(address, out var target))
            return target;
        var data = _image.DataFrom(address).Span;
        return data.Length >= 8 ? BinaryPrimitives.ReadUInt64LittleEndian(data) : 0;
    }
}

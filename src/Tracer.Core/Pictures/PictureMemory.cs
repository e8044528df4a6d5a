using System.Buffers.Binary;
using Tracer.Core.Targets;

namespace Tracer.Core.Pictures;

/// <summary>Memory as a picture has it, and as it is now where the picture has nothing. Not thread-safe.</summary>
/// <param name="now">The memory as it is now.</param>
public sealed class PictureMemory(ITargetMemory now) : ITargetMemory
{
    private byte[] _bytes = [];
    private readonly List<Region> _regions = [];

    /// <summary>Whether something was read that the picture does not have, since <see cref="Load"/>.</summary>
    public bool IsLate { get; private set; }

    /// <summary>Regions of the picture.</summary>
    public int RegionCount => _regions.Count;

    /// <summary>Takes a picture in the place of the one before; bytes that are none end it.</summary>
    public void Load(ReadOnlySpan<byte> picture)
    {
        IsLate = false;
        _regions.Clear();
        if (_bytes.Length < picture.Length)
            _bytes = new byte[picture.Length];
        picture.CopyTo(_bytes);
        for (var at = 0; picture.Length - at >= PictureLayout.HeaderSize;)
        {
            var address = BinaryPrimitives.ReadUInt64LittleEndian(picture[at..]);
            var length = BinaryPrimitives.ReadUInt32LittleEndian(picture[(at + PictureLayout.LengthOffset)..]);
            at += PictureLayout.HeaderSize;
            if (length > picture.Length - at)
                return;
            _regions.Add(new Region(address, at, (int)length));
            at += Math.Min(((int)length + 7) & ~7, picture.Length - at);
        }
    }

    /// <summary>The address of a region; its length is 0 when it could not be read, and both are when there is none.</summary>
    public (ulong Address, int Length) RegionAt(int index) => index < _regions.Count ? (_regions[index].Address, _regions[index].Length) : default;

    /// <summary>Whether the picture has a region that begins there.</summary>
    public bool Has(ulong address)
    {
        foreach (var region in _regions)
        {
            if (region.Address == address && region.Length > 0)
                return true;
        }

        return false;
    }

    /// <inheritdoc/>
    public int Read(ulong address, Span<byte> destination)
    {
        var total = 0;
        while (total < destination.Length)
        {
            var part = Pictured(unchecked(address + (ulong)total), destination[total..]);
            if (part == 0)
                break;
            total += part;
        }

        if (total == destination.Length)
            return total;
        IsLate = true;
        return total + now.Read(unchecked(address + (ulong)total), destination[total..]);
    }

    // The longest part that one region has of it.
    private int Pictured(ulong address, Span<byte> destination)
    {
        var most = 0;
        var from = 0;
        foreach (var region in _regions)
        {
            var offset = unchecked(address - region.Address);
            if (offset >= (ulong)region.Length || region.Length - (int)offset <= most)
                continue;
            most = region.Length - (int)offset;
            from = region.Start + (int)offset;
        }

        var count = Math.Min(most, destination.Length);
        _bytes.AsSpan(from, count).CopyTo(destination);
        return count;
    }

    private readonly record struct Region(ulong Address, int Start, int Length);
}

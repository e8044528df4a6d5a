using System.Collections.Immutable;

namespace Tracer.Elf;

/// <summary>
/// The one place of address arithmetic: link-time virtual addresses, file offsets (both through PT_LOAD) and run-time addresses
/// (link-time address plus load bias). All additions wrap, as the loader's do.
/// </summary>
public sealed class AddressMap
{
    // The smallest page of x86-64; mappings of a segment start at a page boundary.
    private const ulong PageSize = 4096;
    private readonly ImmutableArray<ElfSegment> _loads;

    internal AddressMap(ImmutableArray<ElfSegment> segments)
    {
        _loads = segments.IsEmpty ? [] : [.. segments.Where(s => s.Type == ElfSegmentType.Load)];
    }

    /// <summary>The PT_LOAD segments in the file's order.</summary>
    public ImmutableArray<ElfSegment> LoadSegments => _loads;

    /// <summary>The lowest link-time address of a PT_LOAD segment; 0 when there is none.</summary>
    public ulong LowestAddress => _loads.IsEmpty ? 0 : _loads.Min(s => s.VirtualAddress);

    /// <summary>The file offset behind a link-time address; false for addresses outside the segments' file bytes, as .bss.</summary>
    /// <param name="address">A link-time address.</param>
    /// <param name="fileOffset">The offset in bytes, when the result is true.</param>
    public bool TryGetFileOffset(ulong address, out ulong fileOffset)
    {
        foreach (ref readonly var load in _loads.AsSpan())
        {
            if (address < load.VirtualAddress || address - load.VirtualAddress >= load.FileSize)
                continue;
            fileOffset = unchecked(load.FileOffset + (address - load.VirtualAddress));
            return true;
        }
        fileOffset = 0;
        return false;
    }

    /// <summary>The link-time address of a file offset. Of overlapping segments the executable one is preferred.</summary>
    /// <param name="fileOffset">An offset in bytes.</param>
    /// <param name="address">The address, when the result is true.</param>
    public bool TryGetAddress(ulong fileOffset, out ulong address)
    {
        address = 0;
        var found = false;
        foreach (ref readonly var load in _loads.AsSpan())
        {
            if (fileOffset < load.FileOffset || fileOffset - load.FileOffset >= load.FileSize)
                continue;
            var executable = (load.Flags & ElfSegmentFlags.Execute) != 0;
            if (found && !executable)
                continue;
            address = unchecked(load.VirtualAddress + (fileOffset - load.FileOffset));
            found = true;
            if (executable)
                return true;
        }
        return found;
    }

    /// <summary>
    /// The load bias of a mapped file: what to add to a link-time address to get the run-time address; 0 for ET_EXEC. It wraps
    /// for images that were linked (prelinked) above where they are.
    /// </summary>
    /// <param name="mappingStart">The start address of one mapping of the file, as /proc/pid/maps tells it.</param>
    /// <param name="mappingFileOffset">The file offset of that mapping, in bytes.</param>
    /// <param name="executable">Whether the mapping is executable: small files map one page for code and again for data.</param>
    /// <param name="loadBias">The bias, when the result is true; false when no PT_LOAD segment covers that offset.</param>
    public bool TryGetLoadBias(ulong mappingStart, ulong mappingFileOffset, bool executable, out ulong loadBias)
    {
        loadBias = 0;
        var bestRank = -1;
        foreach (ref readonly var load in _loads.AsSpan())
        {
            // The kernel maps from the page that holds the segment's start (fs/binfmt_elf.c, elf_map) to the page of its end.
            var pageStart = load.FileOffset & ~(PageSize - 1);
            var end = unchecked(load.FileOffset + load.FileSize);
            if (mappingFileOffset < pageStart || mappingFileOffset >= end)
                continue;
            // The permission decides first; then a mapping that starts where the segment does beats the tail of another one.
            var rank = (executable == ((load.Flags & ElfSegmentFlags.Execute) != 0) ? 2 : 0) + (mappingFileOffset == pageStart ? 1 : 0);
            if (rank <= bestRank)
                continue;
            bestRank = rank;
            loadBias = unchecked(mappingStart - (load.VirtualAddress - load.FileOffset + mappingFileOffset));
        }
        return bestRank >= 0;
    }

    /// <summary>The link-time address of a run-time address.</summary>
    /// <param name="runtimeAddress">An address in the process.</param>
    /// <param name="loadBias">The module's load bias.</param>
    public static ulong ToLinkTime(ulong runtimeAddress, ulong loadBias) => unchecked(runtimeAddress - loadBias);

    /// <summary>The run-time address of a link-time address.</summary>
    /// <param name="address">A link-time address.</param>
    /// <param name="loadBias">The module's load bias.</param>
    public static ulong ToRuntime(ulong address, ulong loadBias) => unchecked(address + loadBias);

    /// <summary>
    /// Moves an address written at assembly time by the distance that prelink later moved the image: SDT notes carry the address
    /// .stapsdt.base had when they were written.
    /// </summary>
    /// <param name="address">The address in the note; 0 stays 0.</param>
    /// <param name="baseInNote">The base in the note; 0 for notes without a base.</param>
    /// <param name="baseNow">The address of .stapsdt.base in the section headers; 0 when there is no such section.</param>
    public static ulong CorrectPrelink(ulong address, ulong baseInNote, ulong baseNow) =>
        address == 0 || baseInNote == 0 || baseNow == 0 ? address : unchecked(address + (baseNow - baseInNote));
}

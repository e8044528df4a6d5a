namespace Tracer.Elf.Dwarf.Frames;

/// <summary>
/// The call frame information of an image: .eh_frame, searched through .eh_frame_hdr where there is one, then .debug_frame. Lookups allocate
/// nothing, but for an index built at the first lookup in a section without a search table. Safe for concurrent readers.
/// </summary>
public sealed class FrameTable
{
    private readonly FrameSearchTable? _search;
    private readonly FrameSection? _frames;
    private readonly FrameSection? _debugFrames;

    private FrameTable(FrameSearchTable? search, FrameSection? frames, FrameSection? debugFrames) =>
        (_search, _frames, _debugFrames) = (search, frames, debugFrames);

    /// <summary>Whether the image has no call frame information.</summary>
    public bool IsEmpty => _frames is null && _debugFrames is null;

    /// <summary>Finds the sections of an image; reads none of their entries yet.</summary>
    /// <param name="image">The image whose code is run; its bytes must stay valid as long as the table is used.</param>
    /// <param name="debugFile">Its separate debug file, which may have .debug_frame.</param>
    public static FrameTable Load(ElfImage image, ElfImage? debugFile = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        FrameSearchTable? search = null;
        if (image.TryFindSegment(ElfSegmentType.EhFrameHeader, out var segment))
            search = FrameSearchTable.Read(image.DataFrom(segment.VirtualAddress), segment.VirtualAddress);
        FrameSection? frames = null;
        if (image.TryFindSection(".eh_frame", out var section) && image.RawData(section) is { IsEmpty: false } data)
            frames = new(data, section.Address, isDebugFrame: false);
        else if (search is not null && image.DataFrom(search.Frames) is { IsEmpty: false } found)
            frames = new(found, search.Frames, isDebugFrame: false);
        return new(search, frames, DebugFrames(image) ?? (debugFile is null ? null : DebugFrames(debugFile)));
    }

    /// <summary>Finds how to unwind from an address.</summary>
    /// <param name="address">The address as linked; for a return address the one before it.</param>
    /// <param name="row">The rules, when the result is true.</param>
    /// <returns>False when no description covers the address, or that one makes no sense.</returns>
    public bool TryFindRow(ulong address, ref UnwindRow row)
    {
        if (_frames is not null && TryFindFrame(_frames, address, out var description))
            return TryRun(_frames, description, address, ref row);
        return _debugFrames is not null && _debugFrames.TryFind(address, out description) && TryRun(_debugFrames, description, address, ref row);
    }

    /// <summary>All function parts that are described, in ascending order.</summary>
    public IEnumerable<FunctionFrames> Functions() => (_frames ?? _debugFrames)?.Functions() ?? [];

    private bool TryFindFrame(FrameSection frames, ulong address, out FrameDescription description)
    {
        if (_search is null or { IsEmpty: true })
            return frames.TryFind(address, out description);
        description = default;
        if (!_search.TryFind(address, out ulong at))
            return false;
        ulong offset = unchecked(at - frames.Address);
        return offset < (ulong)frames.Bytes.Length && frames.TryReadDescription((int)offset, out description) && description.Contains(address);
    }

    private static bool TryRun(FrameSection section, in FrameDescription description, ulong address, ref UnwindRow row)
    {
        row.Section = section.Bytes;
        row.Start = description.Start;
        row.End = unchecked(description.Start + description.Length);
        row.IsSignalFrame = description.Common.IsSignalFrame;
        row.ReturnAddressRegister = description.Common.ReturnAddressRegister;
        return new CallFrameProgram(section.Bytes.Span, section.Address, description.Common).TryRun(description, address, ref row.Rules)
            && row.Cfa.Kind != CfaRuleKind.None;
    }

    private static FrameSection? DebugFrames(ElfImage image) =>
        image.TryGetSectionData(".debug_frame", out var data, out _) && !data.IsEmpty ? new(data, 0, isDebugFrame: true) : null;
}

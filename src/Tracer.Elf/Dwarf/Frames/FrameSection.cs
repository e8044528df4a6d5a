namespace Tracer.Elf.Dwarf.Frames;

/// <summary>The entries of .eh_frame or .debug_frame, and an index of them by address for files without .eh_frame_hdr.</summary>
internal sealed class FrameSection(ReadOnlyMemory<byte> bytes, ulong address, bool isDebugFrame)
{
    private readonly Lock _lock = new();
    private (ulong[] Starts, int[] Offsets)? _index;

    public ReadOnlyMemory<byte> Bytes { get; } = bytes;

    /// <summary>The address of the first byte, as linked; 0 for .debug_frame.</summary>
    public ulong Address { get; } = address;

    /// <summary>Finds the description for an address through the index, which the first call builds by reading all entries.</summary>
    public bool TryFind(ulong address, out FrameDescription description)
    {
        // Descriptions of an honest file do not overlap; some are empty.
        const int MaxLookBack = 8;
        var (starts, offsets) = Index();
        int at = Array.BinarySearch(starts, address);
        if (at < 0)
            at = ~at - 1;
        while (at + 1 < starts.Length && starts[at + 1] == address)
            at++;
        for (int i = at; i >= 0 && i > at - MaxLookBack; i--)
        {
            if (TryReadDescription(offsets[i], out description) && description.Contains(address))
                return true;
        }
        description = default;
        return false;
    }

    /// <summary>Reads the FDE at an offset of the section, with its CIE.</summary>
    public bool TryReadDescription(int offset, out FrameDescription description)
    {
        description = default;
        var section = Bytes.Span;
        if (!TryReadHeader(section, offset, out var cursor, out int end, out int idAt, out ulong id, out bool wide) || IsCommon(id, wide))
            return false;
        // In .eh_frame the CIE is so many bytes before the field, in .debug_frame at that offset.
        ulong common = isDebugFrame ? id : unchecked((ulong)idAt - id);
        if (common >= (ulong)section.Length || !TryReadCommon(section, (int)common, out var cie))
            return false;
        cursor = new DwarfCursor(section[..end], cursor.Position);
        if (!PointerEncoding.TryRead(ref cursor, cie.PointerEncoding, Address, 0, out ulong start)
            || !PointerEncoding.TryReadFormat(ref cursor, cie.PointerEncoding, out ulong length))
            return false;
        // The length has the pointer's size, but is never negative.
        if ((cie.PointerEncoding & 0x0f) == 0x0b)
            length = (uint)length;
        if (cie.HasAugmentationData)
            cursor.Skip(cursor.ReadUleb());
        if (cursor.Failed)
            return false;
        description = new(start, length, cursor.Position, end, cie);
        return true;
    }

    /// <summary>What the descriptions say of their function parts, in ascending order.</summary>
    public IEnumerable<FunctionFrames> Functions()
    {
        foreach (var offset in Index().Offsets)
        {
            if (TryReadDescription(offset, out var description) && Examine(description) is { } function)
                yield return function;
        }
    }

    private FunctionFrames? Examine(in FrameDescription description)
    {
        var rules = default(UnwindRules);
        var program = new CallFrameProgram(Bytes.Span, Address, description.Common);
        if (!program.TryRun(description, ulong.MaxValue, ref rules))
            return null;
        var isOutermost = rules.Registers[description.Common.ReturnAddressRegister].Kind == RegisterRuleKind.Undefined;
        return new FunctionFrames(description.Start, description.Length, program.HasFramePointer, program.MovesStack, isOutermost);
    }

    private bool TryReadCommon(ReadOnlySpan<byte> section, int offset, out CommonInformation common)
    {
        common = default;
        if (!TryReadHeader(section, offset, out var cursor, out int end, out _, out ulong id, out bool wide) || !IsCommon(id, wide))
            return false;
        cursor = new DwarfCursor(section[..end], cursor.Position);
        return CommonInformation.TryRead(ref cursor, section, end, out common);
    }

    private bool IsCommon(ulong id, bool wide) => isDebugFrame ? id == (wide ? ulong.MaxValue : uint.MaxValue) : id == 0;

    // Length and id; false at the terminator (length 0) and where they do not fit.
    private bool TryReadHeader(ReadOnlySpan<byte> section, int offset, out DwarfCursor cursor, out int end, out int idAt, out ulong id, out bool wide)
    {
        cursor = new DwarfCursor(section, offset);
        ulong length = cursor.ReadU32();
        wide = length == uint.MaxValue;
        if (wide)
            length = cursor.ReadU64();
        idAt = cursor.Position;
        end = idAt;
        id = 0;
        if (cursor.Failed || length == 0 || length > (ulong)cursor.Remaining)
            return false;
        end = idAt + (int)length;
        // .eh_frame keeps an id of 4 bytes in the wide format (LSB 5.0, 10.6.1.1), .debug_frame does not (DWARF 5, 7.4).
        id = wide && isDebugFrame ? cursor.ReadU64() : cursor.ReadU32();
        return !cursor.Failed && cursor.Position <= end;
    }

    private (ulong[] Starts, int[] Offsets) Index()
    {
        lock (_lock)
        {
            if (_index is { } index)
                return index;
            var starts = new List<ulong>();
            var offsets = new List<int>();
            var section = Bytes.Span;
            for (int offset = 0; offset < section.Length;)
            {
                var cursor = new DwarfCursor(section, offset);
                ulong length = cursor.ReadU32();
                if (length == uint.MaxValue)
                    length = cursor.ReadU64();
                if (cursor.Failed || length > (ulong)cursor.Remaining)
                    break;
                if (TryReadDescription(offset, out var description) && description is { Start: not 0, Length: > 0 })
                {
                    starts.Add(description.Start);
                    offsets.Add(offset);
                }
                // A length of 0 ends the section's part of one object; another may follow.
                offset = cursor.Position + (int)length;
            }
            var sorted = (Starts: starts.ToArray(), Offsets: offsets.ToArray());
            Array.Sort(sorted.Starts, sorted.Offsets);
            _index = sorted;
            return sorted;
        }
    }
}

namespace Tracer.Elf.Dwarf.Frames;

/// <summary>A common information entry (CIE): what the descriptions of many functions share (DWARF 5, 6.4.1; LSB 5.0, 10.6.1.1).</summary>
internal readonly record struct CommonInformation(
    ulong CodeAlignment, long DataAlignment, int ReturnAddressRegister, byte PointerEncoding, bool IsSignalFrame, bool HasAugmentationData, int InstructionsStart, int End)
{
    // The longest that any compiler writes is "zPLRS".
    private const int MaxAugmentation = 16;

    /// <summary>Reads the fields behind the CIE's id.</summary>
    /// <param name="cursor">Stands behind the id.</param>
    /// <param name="section">The section's bytes.</param>
    /// <param name="end">Where the entry ends.</param>
    /// <param name="entry">The entry, when the result is true.</param>
    public static bool TryRead(ref DwarfCursor cursor, ReadOnlySpan<byte> section, int end, out CommonInformation entry)
    {
        entry = default;
        int version = cursor.ReadU8();
        int augmentationAt = cursor.Position;
        cursor.SkipString();
        if (cursor.Failed || version is not (1 or 3 or 4) || cursor.Position - augmentationAt > MaxAugmentation)
            return false;
        var augmentation = section[augmentationAt..(cursor.Position - 1)];
        if (augmentation.StartsWith("eh"u8)) // gcc before 3.0: a pointer to exception tables
            cursor.ReadU64();
        if (version >= 4)
        {
            int addressSize = cursor.ReadU8(), segmentSize = cursor.ReadU8();
            if (addressSize != 8 || segmentSize != 0)
                return false;
        }
        ulong code = cursor.ReadUleb();
        long data = cursor.ReadSleb();
        ulong returnAddress = version == 1 ? cursor.ReadU8() : cursor.ReadUleb();
        if (cursor.Failed || returnAddress >= UnwindRules.Count)
            return false;
        byte encoding = Frames.PointerEncoding.Absolute;
        bool signal = false, hasData = augmentation.StartsWith("z"u8);
        if (!augmentation.IsEmpty && !hasData && !augmentation.SequenceEqual("eh"u8))
            return false;
        if (hasData && !TryReadAugmentation(ref cursor, augmentation[1..], ref encoding, ref signal))
            return false;
        if (cursor.Failed || cursor.Position > end)
            return false;
        entry = new(code, data, (int)returnAddress, encoding, signal, hasData, cursor.Position, end);
        return true;
    }

    private static bool TryReadAugmentation(ref DwarfCursor cursor, ReadOnlySpan<byte> letters, ref byte encoding, ref bool signal)
    {
        ulong length = cursor.ReadUleb();
        int at = cursor.Position;
        if (cursor.Failed || length > (ulong)cursor.Remaining)
            return false;
        foreach (byte letter in letters)
        {
            switch (letter)
            {
                case (byte)'R':
                    encoding = cursor.ReadU8();
                    break;
                case (byte)'P':
                    if (!Frames.PointerEncoding.TryReadFormat(ref cursor, cursor.ReadU8(), out _))
                        return false;
                    break;
                case (byte)'L':
                    cursor.ReadU8();
                    break;
                case (byte)'S':
                    signal = true;
                    break;
                default: // later letters: what they mean to unwinding is not known, but their length is
                    cursor = cursor.At(at + (int)length);
                    return true;
            }
        }
        cursor = cursor.At(at + (int)length);
        return true;
    }
}

using System.Buffers.Binary;
using Tracer.Core.Plans;
using Tracer.Core.Records;
using Tracer.Uprobes.Compilation;

namespace Tracer.Uprobes;

/// <summary>The texts that records have told under a number (<see cref="InternedTexts"/>): puts them into the records that have the number only.</summary>
internal sealed class ToldTexts
{
    private readonly Dictionary<ulong, byte[]> _told = [];
    private readonly byte[] _whole;

    /// <summary>No texts yet, and room for the largest record of a plan.</summary>
    public ToldTexts(IReadOnlyList<Emission> emissions, int textLimit) =>
        _whole = new byte[emissions.Where(e => e.HasBytes).Select(e => RecordLayout.MaximumSize(e, textLimit)).DefaultIfEmpty().Max()];

    /// <summary>How many numbers are known.</summary>
    public int Count => _told.Count;

    /// <summary>A number is not used any more; the record is that number.</summary>
    public void Forget(ReadOnlySpan<byte> record) => _told.Remove(BinaryPrimitives.ReadUInt64LittleEndian(record));

    /// <summary>
    /// Learns what a record tells, and makes a record whole that has numbers. What it gives is valid until the next call.
    /// </summary>
    /// <param name="emission">The event.</param>
    /// <param name="record">Its record, which is well-formed.</param>
    /// <returns>Whether it is whole now; not when it has a number that nothing was told under.</returns>
    public bool TryComplete(Emission emission, ref ReadOnlySpan<byte> record)
    {
        if (!emission.HasBytes)
            return true;
        var flags = 0;
        var slots = record.Slice(RecordLayout.HeaderSize, emission.Values.Count * RecordLayout.SlotSize);
        for (var at = RecordLayout.SlotFlagsOffset; at < slots.Length; at += RecordLayout.SlotSize)
            flags |= slots[at];
        if ((flags & InternedTexts.ToldFlag) != 0)
            return TryLearn(emission, slots, ref record);
        return (flags & InternedTexts.KnownFlag) == 0 || TryFill(emission, slots, ref record);
    }

    // What is kept of a number: for each of its texts, slot and bytes.
    private bool TryLearn(Emission emission, ReadOnlySpan<byte> slots, ref ReadOnlySpan<byte> record)
    {
        if (record.Length > _whole.Length + sizeof(ulong))
            return false;
        var number = BinaryPrimitives.ReadUInt64LittleEndian(record[^sizeof(ulong)..]);
        record[..^sizeof(ulong)].CopyTo(_whole);
        var (from, size) = (RecordLayout.HeaderSize + slots.Length, 0);
        Span<byte> told = new byte[slots.Length + record.Length];
        for (var k = 0; k < emission.Values.Count; k++)
        {
            var slot = slots.Slice(k * RecordLayout.SlotSize, RecordLayout.SlotSize);
            var bytes = BytesOf(slot);
            if (slot[RecordLayout.SlotFlagsOffset] == InternedTexts.ToldFlag)
            {
                _whole[RecordLayout.HeaderSize + (k * RecordLayout.SlotSize) + RecordLayout.SlotFlagsOffset] = 0;
                _whole.AsSpan(RecordLayout.HeaderSize + (k * RecordLayout.SlotSize), RecordLayout.SlotSize).CopyTo(told[size..]);
                record.Slice(from, bytes).CopyTo(told[(size + RecordLayout.SlotSize)..]);
                size += RecordLayout.SlotSize + bytes;
            }

            from += bytes;
        }

        _told[number] = told[..size].ToArray();
        record = _whole.AsSpan(0, record.Length - sizeof(ulong));
        return true;
    }

    private bool TryFill(Emission emission, ReadOnlySpan<byte> slots, ref ReadOnlySpan<byte> record)
    {
        byte[]? told = null;
        var (from, to, at) = (RecordLayout.HeaderSize + slots.Length, RecordLayout.HeaderSize + slots.Length, 0);
        record[..RecordLayout.HeaderSize].CopyTo(_whole);
        for (var k = 0; k < emission.Values.Count; k++)
        {
            var slot = slots.Slice(k * RecordLayout.SlotSize, RecordLayout.SlotSize);
            ReadOnlySpan<byte> text;
            if (slot[RecordLayout.SlotFlagsOffset] == InternedTexts.KnownFlag)
            {
                if ((told is null && !_told.TryGetValue(BinaryPrimitives.ReadUInt64LittleEndian(slot), out told)) || told.Length - at < RecordLayout.SlotSize)
                    return false;
                slot = told.AsSpan(at, RecordLayout.SlotSize);
                text = told.AsSpan(at + RecordLayout.SlotSize, BytesOf(slot));
                at += RecordLayout.SlotSize + text.Length;
            }
            else
            {
                text = record.Slice(from, BytesOf(slot));
                from += text.Length;
            }

            if (to + text.Length > _whole.Length)
                return false;
            slot.CopyTo(_whole.AsSpan(RecordLayout.HeaderSize + (k * RecordLayout.SlotSize)));
            text.CopyTo(_whole.AsSpan(to));
            to += text.Length;
        }

        record = _whole.AsSpan(0, to);
        return true;
    }

    private static int BytesOf(ReadOnlySpan<byte> slot) => BinaryPrimitives.ReadInt32LittleEndian(slot[RecordLayout.SlotTextBytesOffset..]);
}

using System.Buffers.Binary;
using Tracer.Core.Expressions;
using Tracer.Core.Plans;

namespace Tracer.Core.Records;

/// <summary>
/// A view of one event over the bytes a backend produced, valid only during the callback that got it; nothing is copied or allocated.
/// </summary>
public readonly ref struct EventRecord
{
    private readonly ReadOnlySpan<byte> _bytes;

    /// <summary>Views <paramref name="bytes"/>, which must have the length that <see cref="IsWellFormed"/> asks for.</summary>
    public EventRecord(Emission emission, ReadOnlySpan<byte> bytes)
    {
        Emission = emission;
        _bytes = bytes;
    }

    /// <summary>Which probe, at which site, with which values.</summary>
    public Emission Emission { get; }

    /// <summary>CLOCK_MONOTONIC nanoseconds.</summary>
    public ulong Time => BinaryPrimitives.ReadUInt64LittleEndian(_bytes[RecordLayout.TimeOffset..]);

    /// <summary>Process id, as the root pid namespace of this machine's kernel counts.</summary>
    public int ProcessId => BinaryPrimitives.ReadInt32LittleEndian(_bytes[(RecordLayout.PidTgidOffset + 4)..]);

    /// <summary>Thread id.</summary>
    public int ThreadId => BinaryPrimitives.ReadInt32LittleEndian(_bytes[RecordLayout.PidTgidOffset..]);

    /// <summary>The CPU it happened on.</summary>
    public int Cpu => BinaryPrimitives.ReadInt32LittleEndian(_bytes[RecordLayout.CpuOffset..]);

    /// <summary>The thread's name, bytes without the padding.</summary>
    public ReadOnlySpan<byte> Comm
    {
        get
        {
            var comm = _bytes.Slice(RecordLayout.CommOffset, RecordLayout.CommSize);
            var end = comm.IndexOf((byte)0);
            return end < 0 ? comm : comm[..end];
        }
    }

    /// <summary>How many values there are.</summary>
    public int ValueCount => Emission.Values.Count;

    /// <summary>The same record as an event of another plan.</summary>
    public EventRecord As(Emission emission) => new(emission, _bytes);

    /// <summary>A value by its index.</summary>
    public ValueRecord this[int index]
    {
        get
        {
            var values = GetEnumerator();
            for (var k = 0; k <= index; k++)
                values.MoveNext();
            return values.Current;
        }
    }

    /// <summary>The values in order; texts are found without searching.</summary>
    public ValueEnumerator GetEnumerator() => new(Emission, _bytes);

    /// <summary>The index of the emission a record names; bytes shorter than a header give -1.</summary>
    public static int EmissionIndexOf(ReadOnlySpan<byte> bytes) =>
        bytes.Length < RecordLayout.HeaderSize ? -1 : BinaryPrimitives.ReadInt32LittleEndian(bytes[RecordLayout.EmissionOffset..]);

    /// <summary>Whether the bytes hold all slots and texts of that emission; a record that is not whole is a bug and is counted as lost.</summary>
    public static bool IsWellFormed(Emission emission, ReadOnlySpan<byte> bytes)
    {
        ulong needed = (ulong)(RecordLayout.HeaderSize + emission.Values.Count * RecordLayout.SlotSize);
        if ((ulong)bytes.Length < needed)
            return false;
        for (var k = 0; k < emission.Values.Count; k++)
        {
            var slot = bytes.Slice(RecordLayout.HeaderSize + k * RecordLayout.SlotSize, RecordLayout.SlotSize);
            needed += BinaryPrimitives.ReadUInt32LittleEndian(slot[RecordLayout.SlotTextBytesOffset..]);
        }

        return (ulong)bytes.Length >= needed;
    }

    /// <summary>Walks the values of a record.</summary>
    public ref struct ValueEnumerator
    {
        private readonly Emission _emission;
        private readonly ReadOnlySpan<byte> _bytes;
        private int _index;
        private int _text;

        internal ValueEnumerator(Emission emission, ReadOnlySpan<byte> bytes)
        {
            _emission = emission;
            _bytes = bytes;
            _index = -1;
            _text = RecordLayout.HeaderSize + emission.Values.Count * RecordLayout.SlotSize;
        }

        /// <summary>The value the enumerator stands at.</summary>
        public ValueRecord Current { get; private set; }

        /// <summary>Goes on to the next value.</summary>
        public bool MoveNext()
        {
            if (++_index >= _emission.Values.Count)
                return false;
            var slot = _bytes.Slice(RecordLayout.HeaderSize + _index * RecordLayout.SlotSize, RecordLayout.SlotSize);
            var length = BinaryPrimitives.ReadInt32LittleEndian(slot[RecordLayout.SlotTextBytesOffset..]);
            var planned = _emission.Values[_index];
            // A literal is not in the record: it is the same at every hit.
            Current = new ValueRecord(planned, slot, planned.Expression is TextLiteralExpression literal ? literal.Utf8.Span : _bytes.Slice(_text, length));
            _text += length;
            return true;
        }
    }
}

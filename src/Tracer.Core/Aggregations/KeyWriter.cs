using System.Buffers;
using System.Buffers.Binary;
using Tracer.Core.Evaluation;
using Tracer.Core.Events;
using Tracer.Core.Expressions;
using Tracer.Core.Stacks;

namespace Tracer.Core.Aggregations;

/// <summary>
/// Writes a row's key as bytes that are equal exactly when the keys are: a status byte and eight bytes a key (the integer, or the length of the text),
/// then the texts as UTF-8 and the frames of stacks. A key that could not be read is a key of its own, by its status.
/// </summary>
public sealed class KeyWriter
{
    private const int SlotSize = 1 + sizeof(ulong);

    private readonly ArrayBufferWriter<byte> _bytes = new(256);
    private readonly ArrayBufferWriter<byte> _texts = new(256);

    /// <summary>The key so far.</summary>
    public ReadOnlySpan<byte> Key
    {
        get
        {
            if (_texts.WrittenCount > 0)
            {
                _bytes.Write(_texts.WrittenSpan);
                _texts.ResetWrittenCount();
            }

            return _bytes.WrittenSpan;
        }
    }

    /// <summary>Begins a new key.</summary>
    public void Clear()
    {
        _bytes.ResetWrittenCount();
        _texts.ResetWrittenCount();
    }

    /// <summary>Adds bytes that stand before all keys.</summary>
    public void AddPrefix(ReadOnlySpan<byte> prefix) => _bytes.Write(prefix);

    /// <summary>Adds an integer; its value counts only when it was read.</summary>
    public void Add(ulong value, EvaluationStatus status) => AddSlot(status == EvaluationStatus.Ok ? value : 0, status);

    /// <summary>Adds text.</summary>
    public void Add(ReadOnlySpan<byte> text, Charset charset, EvaluationStatus status)
    {
        if (status > EvaluationStatus.Truncated)
        {
            AddSlot(0, status);
            return;
        }

        var before = _texts.WrittenCount;
        TextDecoder.WriteUtf8(_texts, text, charset, status == EvaluationStatus.Truncated);
        AddSlot((ulong)(_texts.WrittenCount - before), status);
    }

    /// <summary>Adds a stack: equal frames are equal keys.</summary>
    public void Add(ReadOnlySpan<NativeFrame> frames, EvaluationStatus status)
    {
        foreach (var frame in frames)
        {
            // No address of a program reaches into the highest byte.
            BinaryPrimitives.WriteUInt64LittleEndian(_texts.GetSpan(sizeof(ulong)), (frame.Address & (ulong.MaxValue >> 8)) | ((ulong)frame.Kind << 56));
            _texts.Advance(sizeof(ulong));
        }

        AddSlot((ulong)frames.Length * sizeof(ulong), status);
    }

    /// <summary>The values of a key.</summary>
    public static TraceValue[] Read(Aggregation aggregation, ReadOnlySpan<byte> key)
    {
        var values = new TraceValue[aggregation.Keys.Count];
        var text = values.Length * SlotSize;
        for (var k = 0; k < values.Length; k++)
        {
            var status = (EvaluationStatus)key[k * SlotSize];
            var bits = BinaryPrimitives.ReadUInt64LittleEndian(key[((k * SlotSize) + 1)..]);
            var (name, type) = aggregation.Keys[k];
            var length = type is TextType or StackType ? (int)bits : 0;
            values[k] = type is StackType
                ? new TraceValue(name, status, FramesOf(key.Slice(text, length)))
                : new TraceValue(name, type, status, bits, key.Slice(text, length));
            text += length;
        }

        return values;
    }

    private static NativeFrame[] FramesOf(ReadOnlySpan<byte> bytes)
    {
        var frames = new NativeFrame[bytes.Length / sizeof(ulong)];
        for (var k = 0; k < frames.Length; k++)
        {
            var word = BinaryPrimitives.ReadUInt64LittleEndian(bytes[(k * sizeof(ulong))..]);
            frames[k] = new NativeFrame(word & (ulong.MaxValue >> 8), (NativeFrameKind)(word >> 56));
        }

        return frames;
    }

    private void AddSlot(ulong value, EvaluationStatus status)
    {
        var slot = _bytes.GetSpan(SlotSize);
        slot[0] = (byte)status;
        BinaryPrimitives.WriteUInt64LittleEndian(slot[1..], value);
        _bytes.Advance(SlotSize);
    }
}

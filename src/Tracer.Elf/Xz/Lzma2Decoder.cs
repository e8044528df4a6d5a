namespace Tracer.Elf.Xz;

/// <summary>Decodes LZMA2 chunks (liblzma's lzma2_decoder.c describes them) into one growing, bounded output.</summary>
internal sealed class Lzma2Decoder(int compressedSize, int maxOutput)
{
    private readonly LzmaModel _model = new();
    private byte[] _output = new byte[Math.Min(maxOutput, Math.Max(compressedSize, 1024))];
    private int _length;

    // Where the dictionary starts in the output: matches cannot reach before its last reset.
    private int _dictionaryStart;
    private bool _needsDictionary = true, _needsProperties = true, _needsState = true;

    /// <summary>What was decoded so far.</summary>
    public ReadOnlyMemory<byte> Output => _output.AsMemory(0, _length);

    /// <summary>Decodes the chunks of one block.</summary>
    /// <param name="data">The block's data and what follows it.</param>
    /// <param name="used">The bytes the chunks took.</param>
    /// <param name="problem">A clause that says what is wrong, when the result is false.</param>
    public bool TryDecode(ReadOnlySpan<byte> data, out int used, out string problem)
    {
        (_needsDictionary, _needsProperties, _needsState) = (true, true, true);
        problem = "";
        used = 0;
        while (used < data.Length)
        {
            var control = data[used];
            if (control == 0)
            {
                used++;
                return true;
            }
            var ok = control >= 0x80 ? TryDecodeCompressed(data, ref used, ref problem) : TryCopy(data, ref used, ref problem);
            if (!ok)
                return false;
        }
        problem = "it ends inside a block";
        return false;
    }

    // Control, size - 1 as two bytes big-endian, the bytes.
    private bool TryCopy(ReadOnlySpan<byte> data, ref int used, ref string problem)
    {
        const byte WithReset = 1, WithoutReset = 2;
        var control = data[used];
        if (control is not (WithReset or WithoutReset) || (control == WithoutReset && _needsDictionary) || data.Length - used < 3)
            return Fail(ref problem, $"a chunk is bad (control 0x{control:x})");
        var size = U16(data, used + 1) + 1;
        used += 3;
        if (data.Length - used < size)
            return Fail(ref problem, "it ends inside a chunk");
        if (control == WithReset)
            ResetDictionary();
        if (!TryGrow(size, ref problem))
            return false;
        data.Slice(used, size).CopyTo(_output.AsSpan(_length));
        _length += size;
        used += size;
        return true;
    }

    // Control with the high bits of the size, size - 1, compressed size - 1, perhaps properties, the range-coded bytes.
    private bool TryDecodeCompressed(ReadOnlySpan<byte> data, ref int used, ref string problem)
    {
        const int StateReset = 1, NewProperties = 2, DictionaryReset = 3;
        var control = data[used];
        var reset = (control >> 5) & 3;
        var headerSize = reset >= NewProperties ? 6 : 5;
        if (data.Length - used < headerSize)
            return Fail(ref problem, "it ends inside a chunk");
        if ((_needsDictionary && reset != DictionaryReset) || (_needsProperties && reset < NewProperties) || (_needsState && reset < StateReset))
            return Fail(ref problem, $"a chunk lacks a reset (control 0x{control:x})");
        var size = ((control & 0x1f) << 16) + U16(data, used + 1) + 1;
        var compressed = U16(data, used + 3) + 1;
        if (reset == DictionaryReset)
            ResetDictionary();
        if (reset >= NewProperties && !_model.TrySetProperties(data[used + 5]))
            return Fail(ref problem, $"the LZMA properties 0x{data[used + 5]:x} are out of range");
        if (reset >= NewProperties)
            _needsProperties = false;
        if (reset >= StateReset)
        {
            _model.Reset();
            _needsState = false;
        }
        used += headerSize;
        if (data.Length - used < compressed)
            return Fail(ref problem, "it ends inside a chunk");
        if (!TryGrow(size, ref problem))
            return false;
        var range = new RangeDecoder(data.Slice(used, compressed));
        var dictionary = _output.AsSpan(_dictionaryStart, _length - _dictionaryStart + size);
        if (!_model.TryDecode(ref range, dictionary, _length - _dictionaryStart))
            return Fail(ref problem, "a chunk is corrupt");
        _length += size;
        used += compressed;
        return true;
    }

    private void ResetDictionary()
    {
        _dictionaryStart = _length;
        _needsDictionary = false;
    }

    private bool TryGrow(int size, ref string problem)
    {
        var needed = (long)_length + size;
        if (needed > maxOutput)
            return Fail(ref problem, $"it expands beyond {maxOutput} bytes");
        if (needed > _output.Length)
            Array.Resize(ref _output, (int)Math.Min(maxOutput, Math.Max(needed, 2L * _output.Length)));
        return true;
    }

    private static int U16(ReadOnlySpan<byte> data, int at) => (data[at] << 8) | data[at + 1];

    private static bool Fail(ref string problem, string reason)
    {
        problem = reason;
        return false;
    }
}

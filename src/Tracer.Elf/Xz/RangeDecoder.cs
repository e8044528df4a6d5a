namespace Tracer.Elf.Xz;

/// <summary>LZMA's binary range decoder (LZMA SDK, lzma-specification). Reading past the end gives zeros and sets a flag.</summary>
internal ref struct RangeDecoder
{
    public const ushort HalfProbability = 1 << (ModelBits - 1);
    private const int ModelBits = 11;
    private const int MoveBits = 5;
    private const uint TopValue = 1 << 24;
    private readonly ReadOnlySpan<byte> _data;
    private int _position;
    private uint _range;
    private uint _code;

    public RangeDecoder(ReadOnlySpan<byte> data)
    {
        // The first byte is always 0; four bytes of code follow.
        _data = data;
        _range = uint.MaxValue;
        for (var i = 0; i < 5; i++)
            _code = (_code << 8) | Next();
    }

    /// <summary>Whether more bytes were asked for than there are.</summary>
    public bool IsExhausted { get; private set; }

    public uint Bit(ref ushort probability)
    {
        var bound = (_range >> ModelBits) * probability;
        uint bit;
        if (_code < bound)
        {
            _range = bound;
            probability += (ushort)(((1 << ModelBits) - probability) >> MoveBits);
            bit = 0;
        }
        else
        {
            _range -= bound;
            _code -= bound;
            probability -= (ushort)(probability >> MoveBits);
            bit = 1;
        }
        Normalize();
        return bit;
    }

    public uint DirectBits(int count)
    {
        uint result = 0;
        for (; count > 0; count--)
        {
            _range >>= 1;
            var bit = _code >= _range ? 1u : 0u;
            _code -= _range * bit;
            Normalize();
            result = (result << 1) | bit;
        }
        return result;
    }

    /// <summary>A number of <paramref name="bits"/> bits, most significant first, each with the probability of its prefix.</summary>
    public uint Tree(Span<ushort> probabilities, int bits)
    {
        uint symbol = 1;
        for (var i = 0; i < bits; i++)
            symbol = (symbol << 1) | Bit(ref probabilities[(int)symbol]);
        return symbol - (1u << bits);
    }

    /// <summary>The same, least significant bit first.</summary>
    public uint ReverseTree(Span<ushort> probabilities, int bits)
    {
        uint symbol = 1, result = 0;
        for (var i = 0; i < bits; i++)
        {
            var bit = Bit(ref probabilities[(int)symbol]);
            symbol = (symbol << 1) | bit;
            result |= bit << i;
        }
        return result;
    }

    private void Normalize()
    {
        if (_range >= TopValue)
            return;
        _range <<= 8;
        _code = (_code << 8) | Next();
    }

    private byte Next()
    {
        if (_position < _data.Length)
            return _data[_position++];
        IsExhausted = true;
        return 0;
    }
}

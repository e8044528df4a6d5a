namespace Tracer.Elf.Xz;

/// <summary>The adaptive probabilities and the history of an LZMA decoder (LZMA SDK, lzma-specification), with its symbol decoders.</summary>
internal sealed class LzmaModel
{
    private const int States = 12, PositionStates = 16, LengthStates = 4, EndPositionModel = 14, FullDistances = 128;
    private readonly ushort[] _isMatch = new ushort[States * PositionStates];
    private readonly ushort[] _isRep = new ushort[States];
    private readonly ushort[] _isRep0 = new ushort[States];
    private readonly ushort[] _isRep1 = new ushort[States];
    private readonly ushort[] _isRep2 = new ushort[States];
    private readonly ushort[] _isRep0Long = new ushort[States * PositionStates];
    private readonly ushort[] _slots = new ushort[LengthStates * 64];
    private readonly ushort[] _special = new ushort[1 + FullDistances - EndPositionModel];
    private readonly ushort[] _align = new ushort[16];
    private readonly Lengths _matchLengths = new();
    private readonly Lengths _repLengths = new();
    private ushort[] _literals = [];
    private int _literalContextBits, _literalPositionMask, _positionMask, _state;
    private uint _rep0, _rep1, _rep2, _rep3;

    /// <summary>Takes the properties byte (pb * 5 + lp) * 9 + lc; false when it is out of LZMA2's range.</summary>
    public bool TrySetProperties(byte properties)
    {
        var (lc, lp, pb) = (properties % 9, properties / 9 % 5, properties / 45);
        if (pb > 4 || lc + lp > 4)
            return false;
        _literalContextBits = lc;
        _literalPositionMask = (1 << lp) - 1;
        _positionMask = (1 << pb) - 1;
        if (_literals.Length != 0x300 << (lc + lp))
            _literals = new ushort[0x300 << (lc + lp)];
        return true;
    }

    public void Reset()
    {
        foreach (var probabilities in new[] { _isMatch, _isRep, _isRep0, _isRep1, _isRep2, _isRep0Long, _slots, _special, _align, _literals })
            Array.Fill(probabilities, RangeDecoder.HalfProbability);
        _matchLengths.Reset();
        _repLengths.Reset();
        _state = 0;
        _rep0 = _rep1 = _rep2 = _rep3 = 0;
    }

    /// <summary>Decodes to the end of <paramref name="output"/>.</summary>
    /// <param name="range">The compressed chunk.</param>
    /// <param name="output">The dictionary from its reset on, up to the end of this chunk.</param>
    /// <param name="position">Where this chunk starts in it.</param>
    /// <returns>False when the data is corrupt.</returns>
    public bool TryDecode(ref RangeDecoder range, Span<byte> output, int position)
    {
        while (position < output.Length)
        {
            if (range.IsExhausted)
                return false;
            var positionState = position & _positionMask;
            if (range.Bit(ref _isMatch[(_state * PositionStates) + positionState]) == 0)
            {
                if (_state >= 7 && _rep0 >= (uint)position)
                    return false;
                output[position] = Literal(ref range, output, position);
                position++;
                continue;
            }
            uint length;
            if (range.Bit(ref _isRep[_state]) == 0)
                length = Match(ref range, positionState);
            else if (position == 0)
                return false;
            else
                length = Repeat(ref range, positionState);
            if (_rep0 >= (uint)position || length > (uint)(output.Length - position))
                return false;
            // Source and destination may overlap: byte by byte is what repeats a pattern.
            for (var from = position - (int)_rep0 - 1; length > 0; length--)
                output[position++] = output[from++];
        }
        return !range.IsExhausted;
    }

    private byte Literal(ref RangeDecoder range, ReadOnlySpan<byte> output, int position)
    {
        var previous = position > 0 ? output[position - 1] : 0;
        var context = ((position & _literalPositionMask) << _literalContextBits) + (previous >> (8 - _literalContextBits));
        var probabilities = _literals.AsSpan(0x300 * context, 0x300);
        uint symbol = 1;
        if (_state >= 7)
        {
            // Behind a match, the byte that the match would go on with tells more than the previous one.
            uint match = output[position - (int)_rep0 - 1];
            while (symbol < 0x100)
            {
                var matchBit = (match >> 7) & 1;
                match <<= 1;
                var bit = range.Bit(ref probabilities[(int)(((1 + matchBit) << 8) + symbol)]);
                symbol = (symbol << 1) | bit;
                if (bit != matchBit)
                    break;
            }
        }
        while (symbol < 0x100)
            symbol = (symbol << 1) | range.Bit(ref probabilities[(int)symbol]);
        _state = _state < 4 ? 0 : _state < 10 ? _state - 3 : _state - 6;
        return (byte)symbol;
    }

    private uint Match(ref RangeDecoder range, int positionState)
    {
        (_rep3, _rep2, _rep1) = (_rep2, _rep1, _rep0);
        var length = _matchLengths.Decode(ref range, positionState);
        _state = _state < 7 ? 7 : 10;
        _rep0 = Distance(ref range, length);
        return length + 2;
    }

    // A repetition of one of the last four distances; one byte long, or with a length.
    private uint Repeat(ref RangeDecoder range, int positionState)
    {
        if (range.Bit(ref _isRep0[_state]) == 0)
        {
            if (range.Bit(ref _isRep0Long[(_state * PositionStates) + positionState]) == 0)
            {
                _state = _state < 7 ? 9 : 11;
                return 1;
            }
        }
        else
        {
            uint distance;
            if (range.Bit(ref _isRep1[_state]) == 0)
            {
                distance = _rep1;
            }
            else
            {
                if (range.Bit(ref _isRep2[_state]) == 0)
                {
                    distance = _rep2;
                }
                else
                {
                    distance = _rep3;
                    _rep3 = _rep2;
                }
                _rep2 = _rep1;
            }
            _rep1 = _rep0;
            _rep0 = distance;
        }
        var length = _repLengths.Decode(ref range, positionState);
        _state = _state < 7 ? 8 : 11;
        return length + 2;
    }

    private uint Distance(ref RangeDecoder range, uint length)
    {
        var lengthState = (int)Math.Min(length, LengthStates - 1);
        var slot = range.Tree(_slots.AsSpan(lengthState * 64, 64), 6);
        if (slot < 4)
            return slot;
        var directBits = (int)(slot >> 1) - 1;
        var distance = (2 | (slot & 1)) << directBits;
        if (slot < EndPositionModel)
            return distance + range.ReverseTree(_special.AsSpan((int)(distance - slot)), directBits);
        return distance + (range.DirectBits(directBits - 4) << 4) + range.ReverseTree(_align, 4);
    }

    private sealed class Lengths
    {
        private readonly ushort[] _choices = new ushort[2];
        private readonly ushort[] _low = new ushort[PositionStates * 8];
        private readonly ushort[] _middle = new ushort[PositionStates * 8];
        private readonly ushort[] _high = new ushort[256];

        public void Reset()
        {
            foreach (var probabilities in new[] { _choices, _low, _middle, _high })
                Array.Fill(probabilities, RangeDecoder.HalfProbability);
        }

        public uint Decode(ref RangeDecoder range, int positionState)
        {
            if (range.Bit(ref _choices[0]) == 0)
                return range.Tree(_low.AsSpan(positionState * 8, 8), 3);
            if (range.Bit(ref _choices[1]) == 0)
                return 8 + range.Tree(_middle.AsSpan(positionState * 8, 8), 3);
            return 16 + range.Tree(_high, 8);
        }
    }
}

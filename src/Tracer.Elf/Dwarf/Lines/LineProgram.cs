namespace Tracer.Elf.Dwarf.Lines;

/// <summary>
/// The state machine that makes rows of a line number program (DWARF 5, 6.2). Every row costs the program a byte at least, so that
/// rows are bounded by its length; it ends where the bytes make no sense.
/// </summary>
internal ref struct LineProgram
{
    private readonly LineProgramHeader _header;
    private DwarfCursor _cursor;
    private ulong _address;
    private uint _operation;
    private uint _file;
    private uint _line;
    private uint _column;
    private LineRowFlags _flags;

    public LineProgram(LineProgramHeader header, ReadOnlySpan<byte> section)
    {
        _header = header;
        _cursor = new DwarfCursor(section[..header.End], header.ProgramStart);
        Reset();
    }

    /// <summary>Runs to the next row; false at the end.</summary>
    public bool MoveNext(out LineRow row)
    {
        while (!_cursor.AtEnd)
        {
            int opcode = _cursor.ReadU8();
            if (opcode >= _header.OpcodeBase)
            {
                if (_header.LineRange == 0)
                    break;
                int adjusted = opcode - _header.OpcodeBase;
                Advance((ulong)(adjusted / _header.LineRange));
                _line = unchecked(_line + (uint)(_header.LineBase + (adjusted % _header.LineRange)));
                return Emit(out row);
            }
            bool emits = opcode == 0 ? RunExtended() : RunStandard(opcode);
            if (_cursor.Failed)
                break;
            if (emits)
                return Emit(out row);
        }
        row = default;
        return false;
    }

    // DWARF 5, table 7.25; true when the opcode appends a row.
    private bool RunStandard(int opcode)
    {
        switch (opcode)
        {
            case 1: // DW_LNS_copy
                return true;
            case 2: // DW_LNS_advance_pc
                Advance(_cursor.ReadUleb());
                break;
            case 3: // DW_LNS_advance_line
                _line = unchecked(_line + (uint)_cursor.ReadSleb());
                break;
            case 4: // DW_LNS_set_file
                _file = Narrow(_cursor.ReadUleb());
                break;
            case 5: // DW_LNS_set_column
                _column = Narrow(_cursor.ReadUleb());
                break;
            case 6: // DW_LNS_negate_stmt
                _flags ^= LineRowFlags.Statement;
                break;
            case 8 when _header.LineRange != 0: // DW_LNS_const_add_pc
                Advance((ulong)((255 - _header.OpcodeBase) / _header.LineRange));
                break;
            case 9: // DW_LNS_fixed_advance_pc
                _address = unchecked(_address + _cursor.ReadU16());
                _operation = 0;
                break;
            case 10: // DW_LNS_set_prologue_end
                _flags |= LineRowFlags.PrologueEnd;
                break;
            case 7 or 11: // DW_LNS_set_basic_block, DW_LNS_set_epilogue_begin
                break;
            default: // DW_LNS_set_isa, and what later versions may add
                for (int operands = _header.OpcodeLengths.Span[opcode - 1]; operands > 0 && !_cursor.Failed; operands--)
                    _cursor.SkipLeb();
                break;
        }
        return false;
    }

    // DWARF 5, table 7.26; true when the opcode appends a row.
    private bool RunExtended()
    {
        ulong length = _cursor.ReadUleb();
        int start = _cursor.Position;
        if (length == 0 || length > (ulong)_cursor.Remaining)
        {
            _cursor.Skip(ulong.MaxValue);
            return false;
        }
        bool emits = false;
        switch (_cursor.ReadU8())
        {
            case 1: // DW_LNE_end_sequence
                _flags |= LineRowFlags.EndSequence;
                emits = true;
                break;
            case 2: // DW_LNE_set_address
                _address = _cursor.ReadUnsigned((int)Math.Min(length - 1, 9));
                _operation = 0;
                break;
            case 3 when _header.Format.Version < 5: // DW_LNE_define_file
                if (_header.ReadOldFile(ref _cursor, out var file))
                    _header.Files.Add(file);
                break;
        }
        _cursor = _cursor.At(start + (int)length);
        return emits;
    }

    // DWARF 5, 6.2.5.1: VLIW machines count operations, all others have one an instruction.
    private void Advance(ulong operations)
    {
        uint each = _header.OperationsPerInstruction;
        if (each == 1)
        {
            _address = unchecked(_address + (operations * _header.MinimumInstructionLength));
            return;
        }
        ulong total = unchecked(_operation + operations);
        _address = unchecked(_address + (_header.MinimumInstructionLength * (total / each)));
        _operation = (uint)(total % each);
    }

    private bool Emit(out LineRow row)
    {
        row = new(_address, _file, _line, (ushort)Math.Min(_column, ushort.MaxValue), _flags);
        if (row.EndsSequence)
            Reset();
        else
            _flags &= ~LineRowFlags.PrologueEnd;
        return true;
    }

    private void Reset()
    {
        _address = 0;
        _operation = 0;
        _file = _line = 1;
        _column = 0;
        _flags = _header.DefaultIsStatement ? LineRowFlags.Statement : LineRowFlags.None;
    }

    private static uint Narrow(ulong value) => (uint)Math.Min(value, uint.MaxValue);
}

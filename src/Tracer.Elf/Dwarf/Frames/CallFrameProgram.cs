using System.Runtime.CompilerServices;

namespace Tracer.Elf.Dwarf.Frames;

/// <summary>
/// Runs call frame instructions (DWARF 5, 6.4.2 and table 7.29, GNU extensions) up to an address. Every instruction costs a byte at least;
/// states are remembered to a fixed depth.
/// </summary>
internal ref struct CallFrameProgram(ReadOnlySpan<byte> section, ulong sectionAddress, CommonInformation common)
{
    private readonly ReadOnlySpan<byte> _section = section;
    private readonly ulong _sectionAddress = sectionAddress;
    private readonly CommonInformation _common = common;
    private Remembered _remembered;
    private int _depth;

    /// <summary>Whether the canonical frame address was 16 bytes above rbp somewhere: the function has a frame pointer.</summary>
    public bool HasFramePointer { get; private set; }

    /// <summary>Whether the stack pointer was moved somewhere. A function that never does so calls nothing: at a call the stack is aligned to 16 bytes.</summary>
    public bool MovesStack { get; private set; }

    /// <summary>Runs the instructions of a CIE and of an FDE as far as they are at or before an address; false when they make no sense.</summary>
    public bool TryRun(in FrameDescription description, ulong target, ref UnwindRules rules)
    {
        rules = default;
        ulong location = description.Start;
        if (!TryRun(_common.InstructionsStart, _common.End, ref location, ulong.MaxValue, ref rules, default))
            return false;
        var initial = rules;
        location = description.Start;
        return TryRun(description.InstructionsStart, description.End, ref location, target, ref rules, initial);
    }

    private bool TryRun(int start, int end, ref ulong location, ulong target, ref UnwindRules rules, in UnwindRules initial)
    {
        var cursor = new DwarfCursor(_section[..end], start);
        while (!cursor.AtEnd)
        {
            byte opcode = cursor.ReadU8();
            int low = opcode & 0x3f;
            ulong next = location;
            switch (opcode & 0xc0)
            {
                case 0x40: // DW_CFA_advance_loc
                    next = Advanced(location, (ulong)low);
                    break;
                case 0x80: // DW_CFA_offset
                    Set(ref rules, (ulong)low, new(RegisterRuleKind.Offset, Factored(cursor.ReadUleb())));
                    break;
                case 0xc0: // DW_CFA_restore
                    Restore(ref rules, (ulong)low, initial);
                    break;
                default:
                    if (low is >= 0x01 and <= 0x04)
                    {
                        if (!TryAdvance(ref cursor, low, ref next))
                            return false;
                    }
                    else if (!TryRunOne(ref cursor, low, ref rules, initial))
                    {
                        return false;
                    }
                    break;
            }
            if (cursor.Failed)
                return false;
            if (next > target)
                return true;
            if (next != location)
                Note(rules.Cfa);
            location = next;
        }
        Note(rules.Cfa);
        return true;
    }

    private void Note(CfaRule cfa)
    {
        HasFramePointer |= cfa is { Kind: CfaRuleKind.RegisterOffset, Register: (int)X64Register.Rbp, Value: 16 };
        MovesStack |= cfa is not { Kind: CfaRuleKind.RegisterOffset, Register: (int)X64Register.Rsp, Value: 8 };
    }

    private readonly bool TryAdvance(ref DwarfCursor cursor, int opcode, ref ulong location)
    {
        switch (opcode)
        {
            case 0x01: // DW_CFA_set_loc
                return PointerEncoding.TryRead(ref cursor, _common.PointerEncoding, _sectionAddress, 0, out location);
            case 0x02: // DW_CFA_advance_loc1
                location = Advanced(location, cursor.ReadU8());
                return true;
            case 0x03: // DW_CFA_advance_loc2
                location = Advanced(location, cursor.ReadU16());
                return true;
            default: // DW_CFA_advance_loc4
                location = Advanced(location, cursor.ReadU32());
                return true;
        }
    }

    private bool TryRunOne(ref DwarfCursor cursor, int opcode, ref UnwindRules rules, in UnwindRules initial)
    {
        switch (opcode)
        {
            case 0x00: // DW_CFA_nop
                return true;
            case 0x05: // DW_CFA_offset_extended
                Set(ref rules, cursor.ReadUleb(), new(RegisterRuleKind.Offset, Factored(cursor.ReadUleb())));
                return true;
            case 0x06: // DW_CFA_restore_extended
                Restore(ref rules, cursor.ReadUleb(), initial);
                return true;
            case 0x07: // DW_CFA_undefined
                Set(ref rules, cursor.ReadUleb(), new(RegisterRuleKind.Undefined));
                return true;
            case 0x08: // DW_CFA_same_value
                Set(ref rules, cursor.ReadUleb(), new(RegisterRuleKind.SameValue));
                return true;
            case 0x09: // DW_CFA_register
                Set(ref rules, cursor.ReadUleb(), new(RegisterRuleKind.Register, (long)cursor.ReadUleb()));
                return true;
            case 0x0a: // DW_CFA_remember_state
                if (_depth == Remembered.Capacity)
                    return false;
                _remembered[_depth++] = rules;
                return true;
            case 0x0b: // DW_CFA_restore_state; with the CFA, as gcc and every unwinder take it
                if (_depth == 0)
                    return false;
                rules = _remembered[--_depth];
                return true;
            case 0x0c: // DW_CFA_def_cfa
                rules.Cfa = new(CfaRuleKind.RegisterOffset, Register(cursor.ReadUleb()), (long)cursor.ReadUleb());
                return true;
            case 0x0d: // DW_CFA_def_cfa_register
                rules.Cfa = rules.Cfa with { Kind = CfaRuleKind.RegisterOffset, Register = Register(cursor.ReadUleb()) };
                return true;
            case 0x0e: // DW_CFA_def_cfa_offset
                rules.Cfa = rules.Cfa with { Kind = CfaRuleKind.RegisterOffset, Value = (long)cursor.ReadUleb() };
                return true;
            case 0x0f: // DW_CFA_def_cfa_expression
                rules.Cfa = new(CfaRuleKind.Expression, 0, Block(ref cursor));
                return true;
            case 0x10: // DW_CFA_expression
                Set(ref rules, cursor.ReadUleb(), new(RegisterRuleKind.Expression, Block(ref cursor)));
                return true;
            case 0x11: // DW_CFA_offset_extended_sf
                Set(ref rules, cursor.ReadUleb(), new(RegisterRuleKind.Offset, Factored((ulong)cursor.ReadSleb())));
                return true;
            case 0x12: // DW_CFA_def_cfa_sf
                rules.Cfa = new(CfaRuleKind.RegisterOffset, Register(cursor.ReadUleb()), Factored((ulong)cursor.ReadSleb()));
                return true;
            case 0x13: // DW_CFA_def_cfa_offset_sf
                rules.Cfa = rules.Cfa with { Kind = CfaRuleKind.RegisterOffset, Value = Factored((ulong)cursor.ReadSleb()) };
                return true;
            case 0x14: // DW_CFA_val_offset
                Set(ref rules, cursor.ReadUleb(), new(RegisterRuleKind.ValueOffset, Factored(cursor.ReadUleb())));
                return true;
            case 0x15: // DW_CFA_val_offset_sf
                Set(ref rules, cursor.ReadUleb(), new(RegisterRuleKind.ValueOffset, Factored((ulong)cursor.ReadSleb())));
                return true;
            case 0x16: // DW_CFA_val_expression
                Set(ref rules, cursor.ReadUleb(), new(RegisterRuleKind.ValueExpression, Block(ref cursor)));
                return true;
            case 0x2e: // DW_CFA_GNU_args_size: of use to exception handling only
                cursor.SkipLeb();
                return true;
            case 0x2f: // DW_CFA_GNU_negative_offset_extended
                Set(ref rules, cursor.ReadUleb(), new(RegisterRuleKind.Offset, unchecked(-Factored(cursor.ReadUleb()))));
                return true;
            default: // an unknown instruction, whose length nobody knows
                return false;
        }
    }

    private readonly ulong Advanced(ulong location, ulong delta) => unchecked(location + (delta * _common.CodeAlignment));

    private readonly long Factored(ulong offset) => unchecked((long)offset * _common.DataAlignment);

    private static void Set(ref UnwindRules rules, ulong register, RegisterRule rule)
    {
        if (register < UnwindRules.Count)
            rules.Registers[(int)register] = rule;
    }

    private static void Restore(ref UnwindRules rules, ulong register, in UnwindRules initial)
    {
        if (register < UnwindRules.Count)
            rules.Registers[(int)register] = initial.Registers[(int)register];
    }

    private static ushort Register(ulong number) => (ushort)Math.Min(number, ushort.MaxValue);

    private static long Block(ref DwarfCursor cursor)
    {
        ulong length = cursor.ReadUleb();
        int at = cursor.Position;
        cursor.Skip(length);
        return cursor.Failed ? 0 : UnwindRow.ExpressionAt(at, (int)length);
    }

    // Compilers nest one level deep.
    [InlineArray(Capacity)]
    private struct Remembered
    {
        public const int Capacity = 8;
        private UnwindRules _first;
    }
}

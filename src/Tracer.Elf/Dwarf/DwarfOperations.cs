using System.Globalization;

namespace Tracer.Elf.Dwarf;

/// <summary>The operations of expressions: names and operands (DWARF 5, 7.7.1, and the GNU extensions that gcc and clang write).</summary>
internal static class DwarfOperations
{
    // Operand codes: 1 2 4 8 unsigned and b h w q signed of that size, a address, u ULEB128, s SLEB128, o offset (size of the format),
    // U a ULEB128 length and a block, X the same with an expression in it, B a byte's length and a block.
    private static readonly (string Name, string Operands)[] Table = Build();

    public static bool TryRead(ref DwarfCursor cursor, DwarfExpression expression, out DwarfOperation operation)
    {
        int offset = cursor.Position;
        byte opcode = cursor.ReadU8();
        operation = default;
        var (name, operands) = Table[opcode];
        if (name is null)
            return false;
        Span<long> values = [0, 0];
        var block = ReadOnlyMemory<byte>.Empty;
        int count = 0;
        foreach (char code in operands)
        {
            long value = 0;
            switch (code)
            {
                case '1': value = cursor.ReadU8(); break;
                case '2': value = cursor.ReadU16(); break;
                case '4': value = cursor.ReadU32(); break;
                case '8' or 'q': value = (long)cursor.ReadU64(); break;
                case 'b': value = (sbyte)cursor.ReadU8(); break;
                case 'h': value = (short)cursor.ReadU16(); break;
                case 'w': value = (int)cursor.ReadU32(); break;
                case 'a': value = (long)cursor.ReadUnsigned(expression.AddressSize); break;
                case 'o': value = (long)cursor.ReadUnsigned(expression.OffsetSize); break;
                case 'u': value = (long)cursor.ReadUleb(); break;
                case 's': value = cursor.ReadSleb(); break;
                default:
                    ulong length = code == 'B' ? cursor.ReadU8() : cursor.ReadUleb();
                    int at = cursor.Position;
                    cursor.Skip(length);
                    if (!cursor.Failed)
                        block = expression.Bytes.Slice(at, (int)length);
                    continue;
            }
            values[count++] = value;
        }
        if (cursor.Failed)
            return false;
        operation = new(offset, opcode, values[0], values[1], block);
        return true;
    }

    public static string Print(DwarfOperation operation) => Print(operation, new(operation.Block), 0);

    public static string Print(DwarfOperation operation, DwarfExpression outer, int depth)
    {
        var (name, operands) = Table[operation.Opcode];
        if (name is null)
            return string.Create(CultureInfo.InvariantCulture, $"0x{operation.Opcode:x2}");
        string text = "DW_OP_" + name;
        if (operation.Opcode is >= 0x50 and <= 0x8f)
            text += $" ({operation.RegisterName})";
        int count = 0;
        foreach (char code in operands)
        {
            switch (code)
            {
                case 'X':
                    text += " (" + (outer with { Bytes = operation.Block }).ToString(depth + 1) + ")";
                    break;
                case 'U' or 'B':
                    text += " 0x" + Convert.ToHexStringLower(operation.Block.Span[..Math.Min(64, operation.Block.Length)]);
                    break;
                default:
                    long value = count++ == 0 ? operation.Operand1 : operation.Operand2;
                    text += code switch
                    {
                        'a' or 'o' => string.Create(CultureInfo.InvariantCulture, $" 0x{value:x}"),
                        'u' or '8' => string.Create(CultureInfo.InvariantCulture, $" {(ulong)value}"),
                        _ => string.Create(CultureInfo.InvariantCulture, $" {value}"),
                    };
                    if (count == 1 && operation.Opcode is 0x90 or 0x92)
                        text += $" ({operation.RegisterName})";
                    break;
            }
        }
        return text;
    }

    private static (string, string)[] Build()
    {
        var table = new (string Name, string Operands)[256];
        const string All =
            "03 addr a|06 deref|08 const1u 1|09 const1s b|0a const2u 2|0b const2s h|0c const4u 4|0d const4s w|0e const8u 8|0f const8s q|" +
            "10 constu u|11 consts s|12 dup|13 drop|14 over|15 pick 1|16 swap|17 rot|18 xderef|19 abs|1a and|1b div|1c minus|1d mod|1e mul|" +
            "1f neg|20 not|21 or|22 plus|23 plus_uconst u|24 shl|25 shr|26 shra|27 xor|28 bra h|29 eq|2a ge|2b gt|2c le|2d lt|2e ne|2f skip h|" +
            "90 regx u|91 fbreg s|92 bregx us|93 piece u|94 deref_size 1|95 xderef_size 1|96 nop|97 push_object_address|98 call2 2|99 call4 4|" +
            "9a call_ref o|9b form_tls_address|9c call_frame_cfa|9d bit_piece uu|9e implicit_value U|9f stack_value|a0 implicit_pointer os|" +
            "a1 addrx u|a2 constx u|a3 entry_value X|a4 const_type uB|a5 regval_type uu|a6 deref_type 1u|a7 xderef_type 1u|a8 convert u|" +
            "a9 reinterpret u|e0 GNU_push_tls_address|f0 GNU_uninit|f2 GNU_implicit_pointer os|f3 GNU_entry_value X|f4 GNU_const_type uB|" +
            "f5 GNU_regval_type uu|f6 GNU_deref_type 1u|f7 GNU_convert u|f9 GNU_reinterpret u|fa GNU_parameter_ref 4|fb GNU_addr_index u|" +
            "fc GNU_const_index u|fd GNU_variable_value o";
        foreach (string item in All.Split('|'))
        {
            string[] parts = item.Split(' ');
            table[Convert.ToByte(parts[0], 16)] = (parts[1], parts.Length > 2 ? parts[2] : "");
        }
        for (int i = 0; i < 32; i++)
        {
            string number = i.ToString(CultureInfo.InvariantCulture);
            table[0x30 + i] = ("lit" + number, "");
            table[0x50 + i] = ("reg" + number, "");
            table[0x70 + i] = ("breg" + number, "s");
        }
        return table;
    }
}

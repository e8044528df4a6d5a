using System.Globalization;

namespace Tracer.Elf.Demangling.Rust;

/// <summary>Types and constants.</summary>
internal sealed partial class RustV0
{
    private void ReadType()
    {
        if (!Enter())
            return;
        char letter = Next();
        if (Basic(letter) is { } basic)
        {
            Write(basic);
            _depth--;
            return;
        }
        switch (letter)
        {
            case 'R' or 'Q':
                Write("&");
                if (Take('L') && ReadBase62() is > 0 and var lifetime)
                {
                    WriteLifetime(lifetime);
                    Write(" ");
                }
                Write(letter == 'Q' ? "mut " : "");
                ReadType();
                break;
            case 'P' or 'O':
                Write(letter == 'P' ? "*const " : "*mut ");
                ReadType();
                break;
            case 'A':
                Write("[");
                ReadType();
                Write("; ");
                ReadConstant(inValue: true);
                Write("]");
                break;
            case 'S':
                Write("[");
                ReadType();
                Write("]");
                break;
            case 'T':
                ReadTuple();
                break;
            case 'F':
                ReadFunction();
                break;
            case 'D':
                ReadDynamic();
                break;
            case 'W':
                ReadType();
                Write(" is ");
                ReadPattern();
                break;
            case 'B':
                ReadBackReference(ReadType);
                break;
            default:
                _at--;
                ReadPath(inValue: false);
                break;
        }
        _depth--;
    }

    private void ReadTuple()
    {
        Write("(");
        int count = 0;
        for (; !_failed && !Take('E'); count++)
        {
            if (count > 0)
                Write(", ");
            ReadType();
        }
        Write(count == 1 ? ",)" : ")");
    }

    // F [<binder>] [U] [K <abi>] <type>* E <type>
    private void ReadFunction()
    {
        int bound = ReadBinder();
        if (Take('U'))
            Write("unsafe ");
        if (Take('K'))
            Write($"extern \"{(Take('C') ? "C" : ReadIdentifier().Replace('_', '-'))}\" ");
        Write("fn(");
        for (int i = 0; !_failed && !Take('E'); i++)
        {
            if (i > 0)
                Write(", ");
            ReadType();
        }
        Write(")");
        // The unit type is not written.
        if (!Take('u'))
        {
            Write(" -> ");
            ReadType();
        }
        _boundLifetimes -= bound;
    }

    // D <dyn-bounds> <lifetime>
    private void ReadDynamic()
    {
        Write("dyn ");
        int bound = ReadBinder();
        for (int i = 0; !_failed && !Take('E'); i++)
        {
            if (i > 0)
                Write(" + ");
            ReadDynamicTrait();
        }
        _boundLifetimes -= bound;
        if (!Take('L'))
        {
            _failed = true;
        }
        else if (ReadBase62() is > 0 and var lifetime)
        {
            Write(" + ");
            WriteLifetime(lifetime);
        }
    }

    // <path> (p <identifier> <type>)*: the associated types go into the generic arguments of the path
    private void ReadDynamicTrait()
    {
        bool isOpen = ReadPathLeavingArgumentsOpen();
        while (!_failed && Take('p'))
        {
            Write(isOpen ? ", " : "<");
            isOpen = true;
            Write(ReadIdentifier() + " = ");
            ReadType();
        }
        Write(isOpen ? ">" : "");
    }

    private bool ReadPathLeavingArgumentsOpen()
    {
        bool isOpen = false;
        if (!Enter())
            return false;
        if (Take('B'))
        {
            ReadBackReference(() => isOpen = ReadPathLeavingArgumentsOpen());
        }
        else if (Take('I'))
        {
            ReadPath(inValue: false);
            Write("<");
            ReadGenericArguments();
            isOpen = true;
        }
        else
        {
            ReadPath(inValue: false);
        }
        _depth--;
        return isOpen;
    }

    private void ReadPattern()
    {
        if (Take('R'))
        {
            ReadConstant(inValue: true);
            Write("..=");
            ReadConstant(inValue: true);
        }
        else if (Take('O'))
        {
            for (int i = 0; !_failed && !Take('E'); i++)
            {
                Write(i > 0 ? " | " : "");
                ReadPattern();
            }
        }
        else if (!Take('N'))
        {
            _failed = true;
        }
        else
        {
            Write("!null");
        }
    }

    // A type's letter and the value's digits | p (a placeholder) | what references, arrays, tuples and structures hold
    private void ReadConstant(bool inValue)
    {
        if (!Enter())
            return;
        char letter = Next();
        switch (letter)
        {
            case 'p':
                Write("_");
                break;
            case 'a' or 's' or 'l' or 'x' or 'n' or 'i':
                Write(Take('n') ? "-" : "");
                WriteInteger(ReadHexadecimal());
                break;
            case 'h' or 't' or 'm' or 'y' or 'o' or 'j':
                WriteInteger(ReadHexadecimal());
                break;
            case 'b':
                string flag = ReadHexadecimal();
                _failed |= flag is not ("0" or "1");
                Write(flag == "1" ? "true" : "false");
                break;
            case 'c':
                WriteCharacter(ReadHexadecimal());
                break;
            case 'e':
                // A value that is not a literal is in braces, where arguments are.
                Write(inValue ? "*" : "{*");
                WriteText(ReadHexadecimal());
                Write(inValue ? "" : "}");
                break;
            case 'R' or 'Q':
                if (letter == 'R' && Take('e'))
                {
                    WriteText(ReadHexadecimal());
                    break;
                }
                Write(inValue ? "" : "{");
                Write(letter == 'Q' ? "&mut " : "&");
                ReadConstant(inValue: true);
                Write(inValue ? "" : "}");
                break;
            case 'A' or 'T':
                Write((inValue ? "" : "{") + (letter == 'A' ? "[" : "("));
                int count = 0;
                for (; !_failed && !Take('E'); count++)
                {
                    Write(count > 0 ? ", " : "");
                    ReadConstant(inValue: true);
                }
                Write((letter == 'A' ? "]" : count == 1 ? ",)" : ")") + (inValue ? "" : "}"));
                break;
            case 'V':
                Write(inValue ? "" : "{");
                ReadStructure();
                Write(inValue ? "" : "}");
                break;
            case 'B':
                ReadBackReference(() => ReadConstant(inValue));
                break;
            default:
                _failed = true;
                break;
        }
        _depth--;
    }

    private void ReadStructure()
    {
        ReadPath(inValue: true);
        char form = Next();
        if (form == 'U')
            return;
        bool isNamed = form == 'S';
        _failed |= form is not ('S' or 'T');
        Write(isNamed ? " { " : "(");
        for (int i = 0; !_failed && !Take('E'); i++)
        {
            Write(i > 0 ? ", " : "");
            if (isNamed)
            {
                ReadDisambiguator();
                Write(ReadIdentifier() + ": ");
            }
            ReadConstant(inValue: true);
        }
        Write(isNamed ? " }" : ")");
    }

    // [0-9a-f]* _, without leading zeros
    private string ReadHexadecimal()
    {
        int start = _at;
        while (char.IsAsciiHexDigitLower(Peek()))
            _at++;
        string digits = _text[start.._at];
        if (!Take('_'))
            _failed = true;
        return digits;
    }

    private void WriteInteger(string digits)
    {
        if (digits.Length > 16)
            Write("0x" + digits);
        else if (ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong value))
            Write(value.ToString(CultureInfo.InvariantCulture));
        else
            _failed = true;
    }

    private void WriteCharacter(string digits)
    {
        if (!int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int scalar) || !System.Text.Rune.IsValid(scalar))
            _failed = true;
        else
            Write("'" + Escape(new System.Text.Rune(scalar), '\'') + "'");
    }

    private void WriteText(string digits)
    {
        if (digits.Length % 2 != 0)
        {
            _failed = true;
            return;
        }
        Write("\"");
        foreach (var rune in System.Text.Encoding.UTF8.GetString(Convert.FromHexString(digits)).EnumerateRunes())
            Write(Escape(rune, '"'));
        Write("\"");
    }

    private static string Escape(System.Text.Rune rune, char quote) => rune.Value switch
    {
        '\t' => "\\t",
        '\r' => "\\r",
        '\n' => "\\n",
        '\\' => "\\\\",
        var value when value == quote => "\\" + quote,
        var value when System.Text.Rune.IsControl(rune) => string.Create(CultureInfo.InvariantCulture, $"\\u{{{value:x}}}"),
        _ => rune.ToString(),
    };

    private static string? Basic(char letter) => letter switch
    {
        'a' => "i8",
        'b' => "bool",
        'c' => "char",
        'd' => "f64",
        'e' => "str",
        'f' => "f32",
        'h' => "u8",
        'i' => "isize",
        'j' => "usize",
        'l' => "i32",
        'm' => "u32",
        'n' => "i128",
        'o' => "u128",
        'p' => "_",
        's' => "i16",
        't' => "u16",
        'u' => "()",
        'v' => "...",
        'x' => "i64",
        'y' => "u64",
        'z' => "!",
        _ => null,
    };
}

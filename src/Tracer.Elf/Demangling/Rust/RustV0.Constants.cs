using System.Globalization;

namespace Tracer.Elf.Demangling.Rust;

/// <summary>Constants.</summary>
internal sealed partial class RustV0
{
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
}

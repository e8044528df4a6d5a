namespace Tracer.Elf.Demangling.Rust;

/// <summary>Types.</summary>
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

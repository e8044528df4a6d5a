using System.Globalization;
using System.Text;

namespace Tracer.Elf.Demangling.Rust;

/// <summary>
/// The v0 names of Rust (RFC 2603; the rustc book, "v0 Symbol Format"). Written as rustc-demangle does in its short form: without the hashes of
/// crates and the types of constants. It writes as it reads; back references are read again, within bounds.
/// </summary>
internal sealed partial class RustV0
{
    private const int MaxDepth = 128;
    private const int MaxLength = 1 << 16;
    private const int MaxSteps = 1 << 16;

    private readonly string _text;
    private readonly StringBuilder _out = new();
    private int _at;
    private int _depth;
    private int _steps;
    private int _boundLifetimes;
    private bool _silent;
    private bool _failed;

    private RustV0(string text) => _text = text;

    /// <summary>Demangles a symbol; null when it is none of these.</summary>
    public static string? Demangle(string symbol)
    {
        if (!symbol.StartsWith("_R", StringComparison.Ordinal) || symbol.Length < 3 || !char.IsAsciiLetterUpper(symbol[2]))
            return null;
        // What LLVM appends is no part of it.
        int end = symbol.AsSpan().IndexOfAny('.', '$');
        var reader = new RustV0(end < 0 ? symbol[2..] : symbol[2..end]);
        reader.ReadPath(inValue: true);
        if (!reader._failed && reader._at < reader._text.Length)
        {
            reader._silent = true; // the crate that instantiated it
            reader.ReadPath(inValue: false);
        }
        return reader._failed || reader._at < reader._text.Length ? null : reader._out.ToString();
    }

    // C crate | M impl | X trait impl | Y trait definition | N nested | I generic | B back reference
    private void ReadPath(bool inValue)
    {
        if (!Enter())
            return;
        switch (Next())
        {
            case 'C':
                ReadDisambiguator();
                Write(ReadIdentifier());
                break;
            case 'M':
                ReadImplPath();
                Write("<");
                ReadType();
                Write(">");
                break;
            case 'X':
                ReadImplPath();
                ReadQualifiedSelf();
                break;
            case 'Y':
                ReadQualifiedSelf();
                break;
            case 'N':
                ReadNested(inValue);
                break;
            case 'I':
                ReadPath(inValue);
                Write(inValue ? "::<" : "<");
                ReadGenericArguments();
                Write(">");
                break;
            case 'B':
                ReadBackReference(() => ReadPath(inValue));
                break;
            default:
                _failed = true;
                break;
        }
        _depth--;
    }

    // Where the impl is tells nothing that its types do not.
    private void ReadImplPath()
    {
        bool outer = _silent;
        _silent = true;
        ReadDisambiguator();
        ReadPath(inValue: false);
        _silent = outer;
    }

    private void ReadQualifiedSelf()
    {
        Write("<");
        ReadType();
        Write(" as ");
        ReadPath(inValue: false);
        Write(">");
    }

    private void ReadNested(bool inValue)
    {
        char space = Next();
        ReadPath(inValue);
        ulong disambiguator = ReadDisambiguator();
        string name = ReadIdentifier();
        if (char.IsAsciiLetterUpper(space))
        {
            Write("::{");
            Write(space switch { 'C' => "closure", 'S' => "shim", _ => space.ToString() });
            if (name.Length > 0)
                Write(":" + name);
            Write(string.Create(CultureInfo.InvariantCulture, $"#{disambiguator}}}"));
        }
        else if (char.IsAsciiLetterLower(space))
        {
            if (name.Length > 0)
                Write("::" + name);
        }
        else
        {
            _failed = true;
        }
    }

    private void ReadGenericArguments()
    {
        for (int i = 0; !_failed && !Take('E'); i++)
        {
            if (i > 0)
                Write(", ");
            ReadGenericArgument();
        }
    }

    private void ReadGenericArgument()
    {
        if (Take('L'))
            WriteLifetime(ReadBase62());
        else if (Take('K'))
            ReadConstant(inValue: false);
        else
            ReadType();
    }

    private void ReadBackReference(Action read)
    {
        int start = _at - 1;
        ulong target = ReadBase62();
        // Only backwards, or it would go round.
        if (_failed || target >= (ulong)start)
        {
            _failed = true;
            return;
        }
        // What is not written need not be read again.
        if (_silent)
            return;
        int after = _at;
        _at = (int)target;
        read();
        _at = after;
    }

    // s <base-62-number>: the number plus 1; nothing is 0
    private ulong ReadDisambiguator() => Take('s') ? ReadBase62() + 1 : 0;

    // [0-9a-zA-Z]* _: nothing is 0, else the number plus 1
    private ulong ReadBase62()
    {
        if (Take('_'))
            return 0;
        ulong value = 0;
        while (!_failed && !Take('_'))
        {
            char letter = Next();
            int digit = letter switch
            {
                >= '0' and <= '9' => letter - '0',
                >= 'a' and <= 'z' => letter - 'a' + 10,
                >= 'A' and <= 'Z' => letter - 'A' + 36,
                _ => -1,
            };
            if (digit < 0 || value > (ulong.MaxValue - 62) / 62)
            {
                _failed = true;
                return 0;
            }
            value = (value * 62) + (ulong)digit;
        }
        return value + 1;
    }

    // [u] <decimal-number> [_] <bytes>
    private string ReadIdentifier()
    {
        bool isPunycode = Take('u');
        int length = 0;
        if (!char.IsAsciiDigit(Peek()))
            _failed = true;
        if (!Take('0'))
        {
            while (char.IsAsciiDigit(Peek()) && length <= _text.Length)
                length = (length * 10) + Next() - '0';
        }
        Take('_');
        if (_failed || length > _text.Length - _at)
        {
            _failed = true;
            return "";
        }
        var bytes = _text.AsSpan(_at, length);
        _at += length;
        if (!isPunycode)
            return bytes.ToString();
        int delimiter = bytes.LastIndexOf('_');
        var decoded = delimiter < 0 ? Punycode.Decode(default, bytes) : Punycode.Decode(bytes[..delimiter], bytes[(delimiter + 1)..]);
        return decoded ?? $"punycode{{{bytes}}}";
    }

    private void WriteLifetime(ulong index)
    {
        if (index == 0)
        {
            Write("'_");
            return;
        }
        ulong depth = (ulong)_boundLifetimes - index;
        if (index > (ulong)_boundLifetimes)
            _failed = true;
        else
            Write(depth < 26 ? "'" + (char)('a' + (int)depth) : string.Create(CultureInfo.InvariantCulture, $"'_{depth}"));
    }

    // G <base-62-number>: for<'a, 'b>
    private int ReadBinder()
    {
        if (!Take('G'))
            return 0;
        ulong count = ReadBase62() + 1;
        if (_failed || count > 64)
        {
            _failed = true;
            return 0;
        }
        Write("for<");
        for (ulong i = 0; i < count; i++)
        {
            if (i > 0)
                Write(", ");
            _boundLifetimes++;
            WriteLifetime(1);
        }
        Write("> ");
        return (int)count;
    }

    private bool Enter()
    {
        if (!_failed && ++_depth <= MaxDepth && ++_steps <= MaxSteps && _out.Length <= MaxLength)
            return true;
        _failed = true;
        return false;
    }

    private void Write(string text)
    {
        if (!_silent && !_failed)
            _out.Append(text);
    }

    private char Peek() => _at < _text.Length ? _text[_at] : '\0';

    private char Next()
    {
        if (_at < _text.Length)
            return _text[_at++];
        _failed = true;
        return '\0';
    }

    private bool Take(char letter)
    {
        if (Peek() != letter || _at >= _text.Length)
            return false;
        _at++;
        return true;
    }
}

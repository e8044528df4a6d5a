namespace Tracer.Elf.Demangling.Itanium;

/// <summary>
/// Reads mangled names of the Itanium C++ ABI (5.1), as gcc and clang write them, to nodes. Recursion is bounded, and every node costs a
/// letter of the input. Null stands for what is not well-formed.
/// </summary>
internal sealed partial class Parser(string text)
{
    private const int MaxDepth = 256;

    private readonly string _text = text;
    private readonly List<Node> _substitutions = [];
    private readonly List<Node> _forward = [];
    private List<Node> _parameters = [];
    private int _at;
    private int _depth;
    private bool _permitsForward;
    private int _lambdaDepth;

    /// <summary>Reads a whole symbol: <c>_Z</c>, an encoding and perhaps the suffixes of clones.</summary>
    public Node? ReadSymbol()
    {
        if (!Take("_Z") || ReadEncoding() is not { } node)
            return null;
        while (Peek() == '.' && ReadCloneSuffix() is { } suffix)
            node = new(NodeKind.Clone) { A = node, Text = suffix };
        return _at == _text.Length ? node : null;
    }

    // A dot and a word, then dots and numbers: ".constprop.0", ".isra.0.part.1" are two.
    private string? ReadCloneSuffix()
    {
        int end = _at + 1;
        if (end >= _text.Length || !(char.IsAsciiLetterLower(_text[end]) || _text[end] == '_' || char.IsAsciiDigit(_text[end])))
            return null;
        if (!char.IsAsciiDigit(_text[end]))
        {
            while (end < _text.Length && (char.IsAsciiLetterLower(_text[end]) || _text[end] == '_'))
                end++;
        }
        while (end + 1 < _text.Length && _text[end] == '.' && char.IsAsciiDigit(_text[end + 1]))
        {
            end += 2;
            while (end < _text.Length && char.IsAsciiDigit(_text[end]))
                end++;
        }
        string suffix = _text[_at..end];
        if (end == _at + 1)
            return null;
        _at = end;
        return suffix;
    }

    // <encoding> ::= <function name> <bare-function-type> | <data name> | <special-name>
    private Node? ReadEncoding()
    {
        if (!Enter())
            return null;
        var outer = _parameters;
        _parameters = [];
        int firstForward = _forward.Count;
        var node = Peek() is 'T' or 'G' ? ReadSpecialName() : ReadFunctionOrData(firstForward);
        _parameters = outer;
        return Leave(node);
    }

    private Node? ReadFunctionOrData(int firstForward)
    {
        var state = new NameState { IsOfFunction = true };
        if (ReadName(state) is not { } name || !ResolveForward(firstForward))
            return null;
        if (AtEncodingEnd())
            return state.Qualifiers.Length == 0 ? name : new(NodeKind.Qualifier) { A = name, Text = state.Qualifiers };
        Node? returned = null;
        if (state.EndsWithTemplateArguments && !state.IsUntyped && (returned = ReadType()) is null)
            return null;
        var parameters = new List<Node>();
        do
        {
            if (ReadType() is not { } type)
                return null;
            parameters.Add(type);
        }
        while (!AtEncodingEnd());
        return new(NodeKind.Encoding) { A = returned, B = name, List = parameters, Extra = state.Qualifiers };
    }

    private bool AtEncodingEnd() => _at >= _text.Length || Peek() is 'E' or '.' or '_';

    private bool ResolveForward(int first)
    {
        for (int i = first; i < _forward.Count; i++)
        {
            var reference = _forward[i];
            if (reference.Number >= _parameters.Count || _parameters[reference.Number] is { Kind: NodeKind.Forward })
                return false;
            reference.A = _parameters[reference.Number];
        }
        _forward.RemoveRange(first, _forward.Count - first);
        return true;
    }

    private Node? ReadSpecialName()
    {
        string code = _text.Substring(_at, Math.Min(2, _text.Length - _at));
        _at += code.Length;
        switch (code)
        {
            case "TV": return Special("vtable for ", ReadType());
            case "TT": return Special("VTT for ", ReadType());
            case "TI": return Special("typeinfo for ", ReadType());
            case "TS": return Special("typeinfo name for ", ReadType());
            case "TF": return Special("typeinfo fn for ", ReadType());
            case "TA": return Special("template parameter object for ", ReadTemplateArgument());
            case "TH": return Special("TLS init function for ", ReadName(new NameState()));
            case "TW": return Special("TLS wrapper function for ", ReadName(new NameState()));
            case "Th":
                _at--;
                return ReadCallOffset() ? Special("non-virtual thunk to ", ReadEncoding()) : null;
            case "Tv":
                _at--;
                return ReadCallOffset() ? Special("virtual thunk to ", ReadEncoding()) : null;
            case "Tc":
                return ReadCallOffset() && ReadCallOffset() ? Special("covariant return thunk to ", ReadEncoding()) : null;
            case "TC":
                var derived = ReadType();
                if (derived is null || ReadDigits() is null || !Take('_') || ReadType() is not { } contained)
                    return null;
                return new(NodeKind.ConstructionTable) { A = contained, B = derived };
            case "GV": return Special("guard variable for ", ReadName(new NameState()));
            case "GA": return Special("hidden alias for ", ReadEncoding());
            case "GR":
                if (ReadName(new NameState()) is not { } temporary || !ReadSequence(out int number))
                    return null;
                return Special(string.Create(Invariant, $"reference temporary #{number} for "), temporary);
            case "GT":
                char kind = Next();
                return kind is 'n' or 't' ? Special(kind == 'n' ? "non-transaction clone for " : "transaction clone for ", ReadEncoding()) : null;
            default:
                return null;
        }
    }

    private static Node? Special(string text, Node? of) => of is null ? null : new(NodeKind.Special) { Text = text, A = of };

    // <call-offset> ::= h <number> _ | v <number> _ <number> _
    private bool ReadCallOffset() => Next() switch
    {
        'h' => SkipNumber() && Take('_'),
        'v' => SkipNumber() && Take('_') && SkipNumber() && Take('_'),
        _ => false,
    };

    private bool SkipNumber()
    {
        Take('n');
        return ReadDigits() is not null;
    }

    // <seq-id> _: nothing is 0, else the number in base 36 plus 1
    private bool ReadSequence(out int number)
    {
        number = 0;
        if (Take('_'))
            return true;
        long value = 0;
        while (char.IsAsciiDigit(Peek()) || char.IsAsciiLetterUpper(Peek()))
        {
            char digit = Next();
            value = (value * 36) + (char.IsAsciiDigit(digit) ? digit - '0' : digit - 'A' + 10);
            if (value > int.MaxValue / 2)
                return false;
        }
        number = (int)value + 1;
        return Take('_');
    }

    // [<number>] _: nothing is 0, else the decimal number plus 1
    private bool ReadOptionalNumber(out int number)
    {
        number = 0;
        if (Take('_'))
            return true;
        if (ReadCount() is not { } value)
            return false;
        number = value + 1;
        return Take('_');
    }

    private int? ReadCount()
    {
        string? digits = ReadDigits();
        return digits is { Length: <= 9 } ? int.Parse(digits, Invariant) : null;
    }

    private string? ReadDigits()
    {
        int start = _at;
        while (char.IsAsciiDigit(Peek()))
            _at++;
        return _at == start ? null : _text[start.._at];
    }

    private static System.Globalization.CultureInfo Invariant => System.Globalization.CultureInfo.InvariantCulture;

    private char Peek(int ahead = 0) => _at + ahead < _text.Length ? _text[_at + ahead] : '\0';

    private char Next() => _at < _text.Length ? _text[_at++] : '\0';

    private bool Take(char letter)
    {
        if (Peek() != letter)
            return false;
        _at++;
        return true;
    }

    private bool Take(string letters)
    {
        if (!_text.AsSpan(_at).StartsWith(letters, StringComparison.Ordinal))
            return false;
        _at += letters.Length;
        return true;
    }

    private bool Enter() => ++_depth <= MaxDepth;

    private Node? Leave(Node? node)
    {
        _depth--;
        return node;
    }

    private Node Remember(Node node)
    {
        _substitutions.Add(node);
        return node;
    }

    /// <summary>What the reading of a name tells about the function that has it.</summary>
    private sealed class NameState
    {
        /// <summary>Constructors, destructors and conversions have no return type in their encoding.</summary>
        public bool IsUntyped { get; set; }
        /// <summary>Whether it is a function's name, so that template parameters behind it are its arguments; those of a type's name are not.</summary>
        public bool IsOfFunction { get; init; }
        public bool EndsWithTemplateArguments { get; set; }
        public string Qualifiers { get; set; } = "";
    }
}

namespace Tracer.Elf.Demangling.Itanium;

/// <summary>Expressions, as they stand in template arguments and decltype (Itanium C++ ABI, 5.1.6).</summary>
internal sealed partial class Parser
{
    private Node? ReadExpression()
    {
        if (!Enter())
            return null;
        return Leave(ReadExpressionHere());
    }

    private Node? ReadExpressionHere()
    {
        char letter = Peek();
        if (letter == 'L')
            return ReadPrimary();
        if (letter == 'T' && (Peek(1) == '_' || char.IsAsciiDigit(Peek(1)) || Peek(1) == 'L'))
            return ReadTemplateParameter();
        if (letter == 'f' && Peek(1) is 'p' or 'L' && (Peek(2) is '_' or 'T' or 'r' or 'V' or 'K' || char.IsAsciiDigit(Peek(2))))
            return ReadFunctionParameter();
        if (char.IsAsciiDigit(letter))
            return ReadSimpleName();
        if (_text.Length - _at < 2)
            return null;
        string code = _text.Substring(_at, 2);
        switch (code)
        {
            case "gs":
                _at += 2;
                return ReadExpression() is { } global ? new(NodeKind.Special) { Text = "::", A = global } : null;
            case "sr":
                _at += 2;
                return ReadScopedName();
            case "on" or "dn":
                _at += 2;
                return code == "on" ? ReadOperatorExpressionName() : ReadDestructorName();
            case "sp":
                _at += 2;
                return ReadExpression() is { } pattern ? new(NodeKind.PackExpansion) { A = pattern } : null;
            case "sZ":
                _at += 2;
                return ReadExpression() is { } pack ? new(NodeKind.PackLength) { A = pack } : null;
            case "sP":
                _at += 2;
                return ReadList('E') is { } captured ? new(NodeKind.PackLength) { A = new(NodeKind.Pack) { List = captured } } : null;
            case "cl":
                _at += 2;
                return ReadExpression() is { } called && ReadList('E') is { } arguments ? new(NodeKind.Call) { A = called, List = arguments } : null;
            case "cv":
                return ReadCast();
            case "tl":
                _at += 2;
                return ReadType() is { } type && ReadList('E') is { } members ? new(NodeKind.BracedList) { A = type, List = members } : null;
            case "il":
                _at += 2;
                return ReadList('E') is { } items ? new(NodeKind.BracedList) { List = items } : null;
            case "dc" or "sc" or "cc" or "rc":
                _at += 2;
                string cast = code switch { "dc" => "dynamic_cast", "sc" => "static_cast", "cc" => "const_cast", _ => "reinterpret_cast" };
                return ReadType() is { } target && ReadExpression() is { } value ? new(NodeKind.NamedCast) { Text = cast, A = target, B = value } : null;
            case "st" or "at" or "ti":
                _at += 2;
                Operators.TryFind(code, out string typeOperator, out _);
                return ReadType() is { } operand ? new(NodeKind.TypeOperator) { Text = typeOperator, A = operand } : null;
            case "tr":
                _at += 2;
                return Node.Name("throw");
            case "fl" or "fr" or "fL" or "fR":
                return ReadFold();
            case "nw" or "na":
                return ReadNew(code);
        }
        return Operators.TryFind(code, out string text, out int operands) ? ReadOperation(code, text, operands) : null;
    }

    private Node? ReadOperation(string code, string text, int operands)
    {
        _at += 2;
        if (operands == 1)
        {
            bool isPrefix = code is not ("pp" or "mm") || Take('_');
            return ReadExpression() is { } operand ? new(isPrefix ? NodeKind.Unary : NodeKind.Postfix) { Text = text, A = operand } : null;
        }
        if (ReadExpression() is not { } left)
            return null;
        if (code is "dt" or "pt")
            return ReadUnresolvedName() is { } member ? new(NodeKind.Binary) { Text = text, A = left, B = member } : null;
        if (ReadExpression() is not { } right)
            return null;
        if (code == "ix")
            return new(NodeKind.Index) { A = left, B = right };
        if (operands == 2)
            return new(NodeKind.Binary) { Text = text, A = left, B = right };
        return ReadExpression() is { } last ? new(NodeKind.Conditional) { A = left, B = right, C = last } : null;
    }

    private List<Node>? ReadList(char end)
    {
        var list = new List<Node>();
        while (!Take(end))
        {
            if (ReadExpression() is not { } item)
                return null;
            list.Add(item);
        }
        return list;
    }

    // cv <type> <expression> | cv <type> _ <expression>* E
    private Node? ReadCast()
    {
        _at += 2;
        // Not a conversion operator: what the type speaks of is known.
        if (ReadType() is not { } type)
            return null;
        if (Take('_'))
            return ReadList('E') is { } list ? new(NodeKind.Cast) { A = type, List = list } : null;
        return ReadExpression() is { } single ? new(NodeKind.Cast) { A = type, List = [single] } : null;
    }

    // fl <operator> <pack> | fr ... | fL <operator> <expression> <expression> | fR ...
    private Node? ReadFold()
    {
        char kind = Peek(1);
        _at += 2;
        if (_text.Length - _at < 2 || !Operators.TryFind(_text.AsSpan(_at, 2), out string text, out _))
            return null;
        _at += 2;
        if (ReadExpression() is not { } first)
            return null;
        Node? second = null;
        if (kind is 'L' or 'R' && (second = ReadExpression()) is null)
            return null;
        return new(NodeKind.Fold) { Text = text, A = first, B = second, Number = kind };
    }

    // nw <expression>* _ <type> (E | pi <expression>* E | il <expression>* E)
    private Node? ReadNew(string code)
    {
        _at += 2;
        if (ReadList('_') is not { } placement || ReadType() is not { } type)
            return null;
        Node? initialiser = null;
        if (Take("pi"))
        {
            if (ReadList('E') is not { } arguments)
                return null;
            initialiser = new(NodeKind.Call) { List = arguments };
        }
        else if (Take("il"))
        {
            if (ReadList('E') is not { } items)
                return null;
            initialiser = new(NodeKind.BracedList) { List = items };
        }
        else if (!Take('E'))
        {
            return null;
        }
        return new(NodeKind.New) { Text = code == "nw" ? "new " : "new[] ", List = placement, A = type, B = initialiser };
    }

    // fp <CV-qualifiers> [<number>] _ | fL <level> p <CV-qualifiers> [<number>] _ | fpT
    private Node? ReadFunctionParameter()
    {
        _at++;
        if (Take('L') && ReadDigits() is null)
            return null;
        if (!Take('p'))
            return null;
        if (Take('T'))
            return Node.Name("this");
        ReadQualifiers();
        return ReadOptionalNumber(out int number) ? Node.Name(string.Create(Invariant, $"{{parm#{number + 1}}}")) : null;
    }

    // <expr-primary> ::= L <type> <value> E | L _Z <encoding> E
    private Node? ReadPrimary()
    {
        Next();
        if (Peek() == '_' || Peek() == 'Z')
        {
            Take('_');
            return Take('Z') && ReadEncoding() is { } encoding && Take('E') ? encoding : null;
        }
        if (ReadType() is not { } type)
            return null;
        int start = _at;
        while (Peek() is not ('E' or '\0'))
            _at++;
        string value = _text[start.._at];
        if (!Take('E'))
            return null;
        return value.Length == 0 && type.Text == "decltype(nullptr)" ? type : new(NodeKind.Literal) { A = type, Text = value };
    }

    // sr <type> <name> | srN <type> <level>+ E <name> | sr <level>+ E <name>
    private Node? ReadScopedName()
    {
        Node? scope;
        if (Take('N'))
        {
            scope = ReadUnresolvedType();
            while (scope is not null && !Take('E'))
                scope = ReadSimpleName() is { } level ? new(NodeKind.Qualified) { A = scope, B = level } : null;
        }
        else if (char.IsAsciiDigit(Peek()))
        {
            // Levels end with E; a type that is a plain name does not.
            int before = _at, substitutions = _substitutions.Count;
            scope = ReadSimpleName();
            while (scope is not null && char.IsAsciiDigit(Peek()) && HasLevelsAhead())
                scope = ReadSimpleName() is { } level ? new(NodeKind.Qualified) { A = scope, B = level } : null;
            if (scope is not null && !Take('E'))
            {
                _at = before;
                _substitutions.RemoveRange(substitutions, _substitutions.Count - substitutions);
                scope = ReadType();
            }
        }
        else
        {
            scope = ReadUnresolvedType();
        }
        return scope is not null && ReadUnresolvedName() is { } name ? new(NodeKind.Qualified) { A = scope, B = name } : null;
    }

    private bool HasLevelsAhead()
    {
        int at = _at;
        var node = ReadSimpleName();
        bool ends = node is not null && (Peek() == 'E' || char.IsAsciiDigit(Peek()));
        _at = at;
        return ends;
    }

    private Node? ReadUnresolvedType() => ReadType();

    private Node? ReadUnresolvedName()
    {
        if (Take("on"))
            return ReadOperatorExpressionName();
        if (Take("dn"))
            return ReadDestructorName();
        if (Take("sr"))
            return ReadScopedName();
        if (Take("gs"))
            return ReadUnresolvedName() is { } name ? new(NodeKind.Special) { Text = "::", A = name } : null;
        if (char.IsAsciiDigit(Peek()))
            return ReadSimpleName();
        // gcc before ABI version 4 wrote operators without "on", and other expressions in place of a name.
        return ReadOperatorName(new NameState()) ?? ReadExpression();
    }

    private Node? ReadSimpleName() => ReadSourceName() is { } name ? WithArguments(name) : null;

    private Node? ReadOperatorExpressionName() => ReadOperatorName(new NameState()) is { } name ? WithArguments(name) : null;

    private Node? ReadDestructorName()
    {
        var type = char.IsAsciiDigit(Peek()) ? ReadSimpleName() : ReadType();
        return type is null ? null : new(NodeKind.Special) { Text = "~", A = type };
    }

    private Node? WithArguments(Node name)
    {
        if (Peek() != 'I')
            return name;
        return ReadTemplateArguments(isOfFunction: false) is { } arguments ? new(NodeKind.Template) { A = name, List = arguments } : null;
    }
}

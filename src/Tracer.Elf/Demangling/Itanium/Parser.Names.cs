namespace Tracer.Elf.Demangling.Itanium;

/// <summary>Names (Itanium C++ ABI, 5.1.3 to 5.1.4 and 5.1.8 to 5.1.10).</summary>
internal sealed partial class Parser
{
    // <name> ::= <nested-name> | <local-name> | <unscoped-name> | <unscoped-template-name> <template-args>
    private Node? ReadName(NameState state)
    {
        if (!Enter())
            return null;
        return Leave(Peek() switch
        {
            'N' => ReadNestedName(state),
            'Z' => ReadLocalName(state),
            _ => ReadUnscopedName(state),
        });
    }

    private Node? ReadUnscopedName(NameState state)
    {
        Node? node;
        bool isSubstitution = Peek() == 'S' && Peek(1) != 't';
        if (isSubstitution)
        {
            node = ReadSubstitution();
            if (Peek() != 'I')
                return node; // only types and unresolved names are substituted whole
        }
        else
        {
            bool isStandard = Take("St");
            node = ReadUnqualifiedName(state, null);
            if (node is not null && isStandard)
                node = new(NodeKind.Qualified) { A = Node.Name("std"), B = node };
        }
        if (node is null || Peek() != 'I')
            return node;
        if (!isSubstitution)
            Remember(node);
        return ReadTemplateArguments(state.IsOfFunction) is { } arguments ? Template(node, arguments, state) : null;
    }

    private static Node Template(Node node, List<Node> arguments, NameState state)
    {
        state.EndsWithTemplateArguments = true;
        return new(NodeKind.Template) { A = node, List = arguments };
    }

    // <nested-name> ::= N [<CV-qualifiers>] [<ref-qualifier>] <prefix> <unqualified-name> E
    private Node? ReadNestedName(NameState state)
    {
        Next();
        string qualifiers = ReadQualifiers();
        if (Take('R'))
            qualifiers += " &";
        else if (Take('O'))
            qualifiers += " &&";
        state.Qualifiers = qualifiers;
        Node? prefix = null;
        while (!Take('E'))
        {
            state.EndsWithTemplateArguments = false;
            Take('L'); // internal linkage
            Node? part;
            switch (Peek())
            {
                case 'S' when Peek(1) != 't':
                    if (prefix is not null || (part = ReadSubstitution()) is null)
                        return null;
                    if (part.Kind == NodeKind.StandardName && Peek() is 'C' or 'D' && part.Extra.Length > 0)
                        part = new(NodeKind.StandardName) { Text = part.Extra, Base = part.Base };
                    prefix = part;
                    continue; // it is in the table already
                case 'T':
                    if (prefix is not null || (part = ReadTemplateParameter()) is null)
                        return null;
                    prefix = Remember(part);
                    continue;
                case 'I':
                    if (prefix is null || ReadTemplateArguments(state.IsOfFunction) is not { } arguments)
                        return null;
                    prefix = Remember(Template(prefix, arguments, state));
                    continue;
                case 'D' when Peek(1) is 't' or 'T':
                    if (prefix is not null || (part = ReadDecltype()) is null)
                        return null;
                    prefix = Remember(part);
                    continue;
                case 'M': // the variable whose initialiser has the closure type before
                    Next();
                    continue;
                default:
                    if (prefix is null && Take("St"))
                        prefix = Node.Name("std");
                    part = ReadUnqualifiedName(state, prefix);
                    break;
            }
            if (part is null)
                return null;
            prefix = Remember(prefix is null ? part : new(NodeKind.Qualified) { A = prefix, B = part });
        }
        if (prefix is null || _substitutions.Count == 0)
            return null;
        // The whole is no candidate as a name; as a type it becomes one again.
        if (ReferenceEquals(_substitutions[^1], prefix))
            _substitutions.RemoveAt(_substitutions.Count - 1);
        return prefix;
    }

    // <local-name> ::= Z <encoding> E <entity name> [<discriminator>] | Z <encoding> E s [<discriminator>] | Z <encoding> Ed [<number>] _ <entity name>
    private Node? ReadLocalName(NameState state)
    {
        Next();
        if (ReadEncoding() is not { } encoding || !Take('E'))
            return null;
        // Its return type would be taken for that of the whole.
        if (encoding.Kind == NodeKind.Encoding)
            encoding.A = null;
        if (Take('s'))
            return SkipDiscriminator() ? new(NodeKind.Local) { A = encoding, B = Node.Name("string literal") } : null;
        Node? entity;
        if (Take('d'))
        {
            if (!ReadOptionalNumber(out int number) || (entity = ReadName(state)) is null)
                return null;
            entity = new(NodeKind.DefaultArgument) { Number = number + 1, A = entity };
        }
        else if ((entity = ReadName(state)) is null || !SkipDiscriminator())
        {
            return null;
        }
        return new(NodeKind.Local) { A = encoding, B = entity };
    }

    // <discriminator> ::= _ <digit> | __ <number> _
    private bool SkipDiscriminator()
    {
        if (Peek() != '_')
            return true;
        if (Peek(1) == '_')
        {
            _at += 2;
            return ReadDigits() is not null && Take('_');
        }
        if (!char.IsAsciiDigit(Peek(1)))
            return true;
        _at += 2;
        return true;
    }

    // <unqualified-name> ::= (<operator-name> | <ctor-dtor-name> | <source-name> | <unnamed-type-name> | DC <source-name>+ E) <abi-tags>
    private Node? ReadUnqualifiedName(NameState state, Node? scope)
    {
        Take('L');
        Node? node;
        char letter = Peek();
        if (char.IsAsciiDigit(letter))
            node = ReadSourceName();
        else if (letter == 'U')
            node = ReadUnnamedType();
        else if (letter == 'D' && Peek(1) == 'C')
            node = ReadBindings();
        else if (letter is 'C' or 'D' && scope is not null)
            node = ReadConstructorOrDestructor(state, scope);
        else
            node = ReadOperatorName(state);
        while (node is not null && Take('B'))
            node = ReadSourceName() is { } tag ? new(NodeKind.Tagged) { A = node, Text = tag.Text } : null;
        return node;
    }

    private Node? ReadSourceName()
    {
        if (ReadCount() is not { } length || length == 0 || length > _text.Length - _at)
            return null;
        string name = _text.Substring(_at, length);
        _at += length;
        // gcc's name of an anonymous namespace: "_GLOBAL_", one of "._$", "N".
        bool isAnonymous = name.Length >= 10 && name.StartsWith("_GLOBAL_", StringComparison.Ordinal) && name[8] is '.' or '_' or '$' && name[9] == 'N';
        return Node.Name(isAnonymous ? "(anonymous namespace)" : name);
    }

    private Node? ReadConstructorOrDestructor(NameState state, Node scope)
    {
        state.IsUntyped = true;
        if (Take('C'))
        {
            bool inherits = Take('I');
            if (Next() is < '1' or > '5' || (inherits && ReadType() is null))
                return null;
            return new(NodeKind.Constructor) { A = scope };
        }
        Next();
        return Next() is >= '0' and <= '5' ? new(NodeKind.Destructor) { A = scope } : null;
    }

    private Node? ReadBindings()
    {
        _at += 2;
        var names = new List<Node>();
        while (!Take('E'))
        {
            if (ReadSourceName() is not { } name)
                return null;
            names.Add(name);
        }
        return new(NodeKind.Bindings) { List = names };
    }

    // Ut [<number>] _ | Ul <type>+ E [<number>] _
    private Node? ReadUnnamedType()
    {
        Next();
        if (Take('t'))
            return ReadOptionalNumber(out int unnamed) ? new(NodeKind.Unnamed) { Number = unnamed + 1 } : null;
        if (!Take('l'))
            return null;
        var parameters = new List<Node>();
        _lambdaDepth++;
        while (!Take('E'))
        {
            if (ReadType() is not { } type)
                return null;
            parameters.Add(type);
        }
        _lambdaDepth--;
        return ReadOptionalNumber(out int number) ? new(NodeKind.Lambda) { List = parameters, Number = number + 1 } : null;
    }

    private Node? ReadOperatorName(NameState state)
    {
        if (Take("cv"))
        {
            // The type may speak of template arguments that follow the name.
            bool permitted = _permitsForward;
            _permitsForward = true;
            var type = ReadType();
            _permitsForward = permitted;
            state.IsUntyped = true;
            return type is null ? null : new(NodeKind.Conversion) { A = type };
        }
        if (Take("li"))
            return ReadSourceName() is { } suffix ? new(NodeKind.LiteralOperator) { A = suffix } : null;
        if (Peek() == 'v' && char.IsAsciiDigit(Peek(1)))
        {
            _at += 2;
            return ReadSourceName() is { } vendor ? Node.Name("operator " + vendor.Text) : null;
        }
        if (_text.Length - _at < 2 || !Operators.TryFind(_text.AsSpan(_at, 2), out string text, out _))
            return null;
        _at += 2;
        text = text.TrimEnd();
        return Node.Name(char.IsAsciiLetter(text[0]) ? "operator " + text : "operator" + text);
    }
}

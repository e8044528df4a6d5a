namespace Tracer.Elf.Demangling.Itanium;

/// <summary>Types (Itanium C++ ABI, 5.1.5).</summary>
internal sealed partial class Parser
{
    private Node? ReadType()
    {
        if (!Enter())
            return null;
        return Leave(ReadTypeHere());
    }

    private Node? ReadTypeHere()
    {
        char letter = Peek();
        if (BuiltinTypes.Find(letter) is { } builtin)
        {
            Next();
            return Node.Name(builtin);
        }
        switch (letter)
        {
            case 'r' or 'V' or 'K':
                return ReadQualifiedType();
            case 'P':
                return Modified(NodeKind.Pointer);
            case 'R':
                return Modified(NodeKind.LvalueReference);
            case 'O':
                return Modified(NodeKind.RvalueReference);
            case 'C':
                return Suffixed(" _Complex");
            case 'G':
                return Suffixed(" _Imaginary");
            case 'F':
                return Remembered(ReadFunctionType(""));
            case 'A':
                return Remembered(ReadArrayType());
            case 'M':
                Next();
                return ReadType() is { } owner && ReadType() is { } member ? Remember(new(NodeKind.MemberPointer) { A = owner, B = member }) : null;
            case 'T' when Peek(1) is 's' or 'u' or 'e': // struct, union, enum: not written
                _at += 2;
                return ReadName(new NameState()) is { } elaborated ? Remember(elaborated) : null;
            case 'T':
                return ReadParameterType();
            case 'D':
                return ReadExtendedType();
            case 'U':
                return ReadVendorQualified();
            case 'u':
                Next();
                return ReadSourceName() is { } vendor ? Remember(vendor) : null;
            case 'S' when Peek(1) != 't':
                return ReadSubstitutedType();
            default:
                return ReadName(new NameState()) is { } name ? Remember(name) : null;
        }
    }

    private Node? Remembered(Node? node) => node is null ? null : Remember(node);

    private Node? Modified(NodeKind kind)
    {
        Next();
        return ReadType() is { } type ? Remember(new(kind) { A = type }) : null;
    }

    private Node? Suffixed(string text)
    {
        Next();
        return ReadType() is { } type ? Remember(new(NodeKind.Qualifier) { A = type, Text = text }) : null;
    }

    // The qualifiers together make one candidate with the type, a function's belong to it: it is none without them.
    private Node? ReadQualifiedType()
    {
        string qualifiers = ReadQualifiers();
        if (Peek() == 'F')
            return ReadFunctionType("") is { } function ? Remember(new(NodeKind.Qualifier) { A = function, Text = qualifiers }) : null;
        return ReadType() is { } type ? Remember(new(NodeKind.Qualifier) { A = type, Text = qualifiers }) : null;
    }

    // <CV-qualifiers> ::= [r] [V] [K], written from the last to the first
    private string ReadQualifiers()
    {
        string text = "";
        if (Take('r'))
            text = " __restrict";
        if (Take('V'))
            text = " volatile" + text;
        if (Take('K'))
            text = " const" + text;
        return text;
    }

    // <function-type> ::= [Dx] F [Y] <bare-function-type> [<ref-qualifier>] E
    private Node? ReadFunctionType(string exceptions)
    {
        Take("Dx");
        if (!Take('F'))
            return null;
        Take('Y');
        if (ReadType() is not { } returned)
            return null;
        var parameters = new List<Node>();
        string qualifiers = "";
        while (!Take('E'))
        {
            if (Take("RE"))
            {
                qualifiers = " &";
                break;
            }
            if (Take("OE"))
            {
                qualifiers = " &&";
                break;
            }
            if (ReadType() is not { } parameter)
                return null;
            parameters.Add(parameter);
        }
        return new(NodeKind.Function) { A = returned, List = parameters, Extra = qualifiers, Text = exceptions };
    }

    // <array-type> ::= A [<number or expression>] _ <element type>
    private Node? ReadArrayType()
    {
        Next();
        var dimension = Node.Name("");
        if (ReadDigits() is { } digits)
            dimension = Node.Name(digits);
        else if (Peek() != '_' && (dimension = ReadExpression()) is null)
            return null;
        return Take('_') && ReadType() is { } element ? new(NodeKind.Array) { A = element, B = dimension } : null;
    }

    private Node? ReadParameterType()
    {
        if (ReadTemplateParameter() is not { } parameter)
            return null;
        Remember(parameter);
        // A conversion operator's own arguments come behind its type; a parameter that is a template has its arguments here.
        if (Peek() != 'I' || _permitsForward)
            return parameter;
        return ReadTemplateArguments(isOfFunction: false) is { } arguments ? Remember(new(NodeKind.Template) { A = parameter, List = arguments }) : null;
    }

    private Node? ReadSubstitutedType()
    {
        if (ReadSubstitution() is not { } node)
            return null;
        if (Peek() != 'I')
            return node;
        return ReadTemplateArguments(isOfFunction: false) is { } arguments ? Remember(new(NodeKind.Template) { A = node, List = arguments }) : null;
    }

    private Node? ReadExtendedType()
    {
        char letter = Peek(1);
        if (BuiltinTypes.FindExtended(letter) is { } builtin)
        {
            _at += 2;
            return Node.Name(builtin);
        }
        switch (letter)
        {
            case 'p':
                _at += 2;
                return ReadType() is { } pattern ? Remember(new(NodeKind.PackExpansion) { A = pattern }) : null;
            case 't' or 'T':
                return Remembered(ReadDecltype());
            case 'v':
                return ReadVectorType();
            case 'o':
                _at += 2;
                return Remembered(ReadFunctionType(" noexcept"));
            case 'F': // DF <bits> _
                _at += 2;
                return ReadDigits() is { } bits && Take('_') ? Node.Name("_Float" + bits) : null;
            case 'x':
                return Remembered(ReadFunctionType(" transaction_safe"));
            default:
                return null;
        }
    }

    // Dt <expression> E | DT <expression> E
    private Node? ReadDecltype()
    {
        _at += 2;
        return ReadExpression() is { } expression && Take('E') ? new(NodeKind.Decltype) { A = expression } : null;
    }

    // Dv <number> _ <type> | Dv [<expression>] _ <type>
    private Node? ReadVectorType()
    {
        _at += 2;
        Node? size;
        if (ReadDigits() is { } digits)
        {
            size = Node.Name(digits);
        }
        else
        {
            Take('_');
            size = ReadExpression();
        }
        return size is not null && Take('_') && ReadType() is { } element ? Remember(new(NodeKind.Vector) { A = element, B = size }) : null;
    }

    // U <source-name> [<template-args>] <type>
    private Node? ReadVendorQualified()
    {
        if (Peek(1) is 'l' or 't')
            return ReadName(new NameState()) is { } unnamed ? Remember(unnamed) : null;
        Next();
        if (ReadSourceName() is not { } name)
            return null;
        if (Peek() == 'I' && ReadTemplateArguments(isOfFunction: false) is null)
            return null;
        return ReadType() is { } type ? Remember(new(NodeKind.Qualifier) { A = type, Text = " " + name.Text }) : null;
    }
}

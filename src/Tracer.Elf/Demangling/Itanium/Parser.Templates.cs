namespace Tracer.Elf.Demangling.Itanium;

/// <summary>Substitutions, template arguments and parameters (Itanium C++ ABI, 5.1.7 and 5.1.10).</summary>
internal sealed partial class Parser
{
    // <substitution> ::= S [<seq-id>] _ | St | Sa | Sb | Ss | Si | So | Sd
    private Node? ReadSubstitution()
    {
        if (!Take('S'))
            return null;
        Node? node;
        if (char.IsAsciiLetterLower(Peek()))
        {
            node = Standard(Next());
        }
        else
        {
            if (!ReadSequence(out int index) || index >= _substitutions.Count)
                return null;
            return _substitutions[index];
        }
        while (node is not null && Peek() == 'B' && char.IsAsciiDigit(Peek(1)))
        {
            Next();
            node = ReadSourceName() is { } tag ? Remember(new(NodeKind.Tagged) { A = node, Text = tag.Text }) : null;
        }
        return node;
    }

    private static Node? Standard(char letter) => letter switch
    {
        't' => Node.Name("std"),
        'a' => new(NodeKind.StandardName) { Text = "std::allocator", Base = "allocator" },
        'b' => new(NodeKind.StandardName) { Text = "std::basic_string", Base = "basic_string" },
        's' => Standard("std::string", "basic_string"),
        'i' => Standard("std::istream", "basic_istream"),
        'o' => Standard("std::ostream", "basic_ostream"),
        'd' => Standard("std::iostream", "basic_iostream"),
        _ => null,
    };

    private static Node Standard(string name, string template) => new(NodeKind.StandardName)
    {
        Text = name,
        Base = template,
        Extra = template == "basic_string"
            ? "std::basic_string<char, std::char_traits<char>, std::allocator<char> >"
            : $"std::{template}<char, std::char_traits<char> >",
    };

    // <template-args> ::= I <template-arg>* E
    private List<Node>? ReadTemplateArguments(bool isOfFunction)
    {
        if (!Take('I'))
            return null;
        var arguments = new List<Node>();
        if (isOfFunction)
            _parameters = [];
        while (!Take('E'))
        {
            // An argument speaks of the parameters around, never of its neighbours.
            var own = _parameters;
            if (isOfFunction)
                _parameters = [];
            var argument = ReadTemplateArgument();
            _parameters = own;
            if (argument is null)
                return null;
            arguments.Add(argument);
            if (isOfFunction)
                _parameters.Add(argument);
        }
        return arguments;
    }

    // <template-arg> ::= <type> | X <expression> E | <expr-primary> | J <template-arg>* E
    private Node? ReadTemplateArgument()
    {
        if (!Enter())
            return null;
        switch (Peek())
        {
            case 'X':
                Next();
                return Leave(ReadExpression() is { } expression && Take('E') ? expression : null);
            case 'L':
                return Leave(ReadPrimary());
            case 'J' or 'I':
                Next();
                var pack = new List<Node>();
                while (!Take('E'))
                {
                    if (ReadTemplateArgument() is not { } argument)
                        return Leave(null);
                    pack.Add(argument);
                }
                return Leave(new(NodeKind.Pack) { List = pack });
            default:
                return Leave(ReadType());
        }
    }

    // <template-param> ::= T [L <level>] [<number>] _
    private Node? ReadTemplateParameter()
    {
        if (!Take('T'))
            return null;
        if (Take('L') && !ReadOptionalNumber(out _))
            return null;
        if (!ReadOptionalNumber(out int index))
            return null;
        if (_lambdaDepth > 0 && (index >= _parameters.Count || _parameters.Count == 0))
            return new(NodeKind.Auto) { Number = index + 1 };
        if (_permitsForward)
        {
            var reference = new Node(NodeKind.Forward) { Number = index };
            _forward.Add(reference);
            return reference;
        }
        return index < _parameters.Count ? _parameters[index] : null;
    }
}

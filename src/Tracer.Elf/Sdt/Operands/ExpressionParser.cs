using System.Globalization;

namespace Tracer.Elf.Sdt.Operands;

/// <summary>Parses assembler expressions by precedence climbing; it never throws, the first error stays.</summary>
internal ref struct ExpressionParser(ReadOnlySpan<char> text)
{
    // Operands are a line of assembler; deeper nesting than this is an attack on our stack.
    private const int MaxDepth = 64;
    private const int MaxTerms = 256;
    private readonly ReadOnlySpan<char> _text = text;
    private int _depth;
    private int _terms;

    public int Position { get; private set; }

    public string? Error { get; private set; }

    /// <summary>Whether a <c>$</c> was seen: the expression is an immediate, not the address of memory.</summary>
    public bool SawImmediate { get; private set; }

    public readonly char Peek() => Position < _text.Length ? _text[Position] : '\0';

    public void Advance()
    {
        Position++;
        SkipSpace();
    }

    public void SkipSpace()
    {
        while (Peek() is ' ' or '\t')
            Position++;
    }

    public void Fail(string error) => Error ??= error;

    public bool TryTake(char c)
    {
        if (Peek() != c)
            return false;
        Advance();
        return true;
    }

    /// <summary>Takes <c>%name</c> and returns the name in lower case as it stands.</summary>
    public ReadOnlySpan<char> TakeRegisterName()
    {
        var start = ++Position;
        while (char.IsAsciiLetterOrDigit(Peek()))
            Position++;
        return _text[start..Position];
    }

    /// <summary>Whether here is the bracket of an address, <c>(%</c> or <c>(,</c>, and not of a sub-expression.</summary>
    public readonly bool AtAddressBracket()
    {
        if (Peek() != '(')
            return false;
        var inside = _text[(Position + 1)..].TrimStart();
        return inside is ['%' or ',', ..];
    }

    /// <summary>Takes the scale of an index. gdb's tests write 0, which adds nothing.</summary>
    public int TakeScale()
    {
        SkipSpace();
        var digit = Peek();
        if (digit is not ('0' or '1' or '2' or '4' or '8'))
        {
            Fail("the scale of an index is not one of 0, 1, 2, 4 and 8");
            return 1;
        }
        Advance();
        return digit - '0';
    }

    public Expression? Parse() => ParseBinary(ExpressionPrecedence.LogicalOr);

    private Expression? ParseBinary(ExpressionPrecedence lowest)
    {
        var left = ParseUnary();
        while (Error is null && left is not null && PeekOperator() is { } op && op.Precedence >= lowest)
        {
            Position += op.Text.Length;
            SkipSpace();
            var right = ParseBinary(op.Precedence + 1);
            if (right is null)
                return null;
            left = new BinaryExpression(op, left, right);
        }
        return left;
    }

    private readonly BinaryOperator? PeekOperator()
    {
        var rest = _text[Position..];
        foreach (var op in BinaryOperator.All)
        {
            if (rest.StartsWith(op.Text, StringComparison.Ordinal))
                return op;
        }
        return null;
    }

    private Expression? ParseUnary()
    {
        if (++_depth > MaxDepth || ++_terms > MaxTerms)
        {
            Fail("the expression is too long or nested too deeply");
            return null;
        }
        SkipSpace();
        var result = Peek() switch
        {
            '-' => ParseNegation(),
            '~' or '!' => ParseComplement(),
            '+' => ParseAfterPlus(),
            _ => ParseTerm(),
        };
        SkipSpace();
        _depth--;
        return result;
    }

    private Expression? ParseNegation()
    {
        Advance();
        return ParseUnary() switch
        {
            null => null,
            NumberExpression n => new NumberExpression(unchecked(0 - n.Value)),
            var operand => new UnaryExpression('-', operand),
        };
    }

    private UnaryExpression? ParseComplement()
    {
        var op = Peek();
        Advance();
        return ParseUnary() is { } operand ? new UnaryExpression(op, operand) : null;
    }

    private Expression? ParseAfterPlus()
    {
        Advance();
        return ParseUnary();
    }

    private Expression? ParseTerm()
    {
        var c = Peek();
        if (c == '$')
        {
            SawImmediate = true;
            Advance();
            return ParseUnary();
        }
        if (c == '(')
        {
            Advance();
            var inner = Parse();
            if (Error is null && !TryTake(')'))
                Fail("')' is missing");
            return inner;
        }
        if (char.IsAsciiDigit(c))
            return ParseNumber();
        if (IsSymbolStart(c))
            return ParseSymbol();
        if (c == '%')
            Fail("a register inside an expression is not supported");
        else
            Fail(Position >= _text.Length ? "an operand is missing" : $"'{c}' is not understood");
        return null;
    }

    // Numbers wrap at 64 bits as GNU as and bcc take them: 18446744073709551615 is -1.
    private NumberExpression? ParseNumber()
    {
        var start = Position;
        while (char.IsAsciiLetterOrDigit(Peek()))
            Position++;
        var digits = _text[start..Position];
        ulong value;
        var ok = digits is ['0', 'x' or 'X', ..]
            ? ulong.TryParse(digits[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value)
            : ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value);
        if (ok)
            return new NumberExpression(value);
        Fail($"'{digits}' is not a 64-bit number");
        return null;
    }

    private SymbolExpression ParseSymbol()
    {
        var start = Position;
        while (IsSymbolStart(Peek()) || char.IsAsciiDigit(Peek()))
            Position++;
        var name = _text[start..Position].ToString();
        if (Peek() != '@')
            return new SymbolExpression(name, null);
        start = ++Position;
        while (char.IsAsciiLetterOrDigit(Peek()))
            Position++;
        var relocation = _text[start..Position].ToString();
        if (relocation.Length == 0)
            Fail($"nothing follows '{name}@'");
        return new SymbolExpression(name, relocation);
    }

    // What GNU as takes in names without quotes; '$' inside names is left to immediates.
    private static bool IsSymbolStart(char c) => char.IsAsciiLetter(c) || c is '_' or '.' || c >= 0x80;
}

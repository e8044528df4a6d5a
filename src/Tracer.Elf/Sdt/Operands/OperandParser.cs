namespace Tracer.Elf.Sdt.Operands;

/// <summary>
/// Parses <c>size? 'f'? '@' operand</c> (AT&amp;T syntax): <c>%reg</c>, <c>$expr</c>, or memory
/// <c>(%seg:)? expr? ('(' base? (',' index (',' scale)?)? ')')?</c>. A bare expression is the address of memory, unless one of its
/// numbers is written as an immediate.
/// </summary>
internal ref struct OperandParser
{
    private readonly ReadOnlySpan<char> _text;
    private ExpressionParser _expressions;

    private OperandParser(ReadOnlySpan<char> operand)
    {
        _text = operand;
        _expressions = new ExpressionParser(operand);
    }

    public static SdtArgument Parse(string text)
    {
        var operand = text.AsSpan();
        var (size, signed, isFloat) = (8, false, false);
        string? error = null;
        var at = operand.IndexOf('@');
        if (at >= 0 && IsPrefix(operand[..at]))
        {
            error = ParsePrefix(operand[..at], out size, out signed, out isFloat);
            operand = operand[(at + 1)..];
        }
        if (error is not null)
            return new(text, 8, false, false, null, error);
        var parser = new OperandParser(operand);
        var syntax = parser.ParseOperand(out error);
        return new(text, size, signed, isFloat, error is null ? syntax : null, error);
    }

    // A prefix is what looks like one: "sym@tpoff" without a size starts with a letter and has none.
    private static bool IsPrefix(ReadOnlySpan<char> prefix) =>
        prefix.IsEmpty || char.IsAsciiDigit(prefix[0]) || (prefix.Length > 1 && prefix[0] == '-' && char.IsAsciiDigit(prefix[1]));

    private static string? ParsePrefix(ReadOnlySpan<char> prefix, out int size, out bool signed, out bool isFloat)
    {
        signed = prefix is ['-', ..];
        isFloat = prefix is [.., 'f'];
        var digits = prefix[(signed ? 1 : 0)..(prefix.Length - (isFloat ? 1 : 0))];
        size = digits is [var digit] && char.IsAsciiDigit(digit) ? digit - '0' : 0;
        if (size is not (1 or 2 or 4 or 8))
            return $"the size '{prefix}' is not one of 1, 2, 4 and 8";
        return isFloat && size < 4 ? $"there is no floating-point number of {size} bytes" : null;
    }

    private OperandSyntax? ParseOperand(out string? error)
    {
        ref var p = ref _expressions;
        p.SkipSpace();
        OperandSyntax? result;
        if (p.Peek() == '%')
            result = ParseRegisterOrSegment();
        else
            result = ParseMemory(SegmentBase.None);
        p.SkipSpace();
        if (p.Error is null && p.Position < _text.Length)
            p.Fail($"'{_text[p.Position..]}' is not understood");
        error = p.Error;
        return result;
    }

    private OperandSyntax? ParseRegisterOrSegment()
    {
        ref var p = ref _expressions;
        var name = p.TakeRegisterName();
        if (p.Peek() == ':')
        {
            p.Advance();
            switch (name)
            {
                case "fs":
                    return ParseMemory(SegmentBase.Fs);
                case "gs":
                    return ParseMemory(SegmentBase.Gs);
                default:
                    p.Fail($"the segment %{name} is not supported");
                    return null;
            }
        }
        return ToRegister(name) is { } register ? new RegisterSyntax(register) : null;
    }

    private OperandSyntax? ParseMemory(SegmentBase segment)
    {
        ref var p = ref _expressions;
        Expression? displacement = null;
        if (!p.AtAddressBracket())
        {
            displacement = p.Parse();
            if (p.Error is not null || displacement is null)
                return null;
            if (p.SawImmediate)
            {
                if (segment == SegmentBase.None && p.Peek() != '(')
                    return new ImmediateSyntax(displacement);
                p.Fail("an immediate cannot be an address");
                return null;
            }
        }
        if (!p.AtAddressBracket())
            return new MemorySyntax(segment, displacement, null, null, 1);
        p.Advance();
        RegisterName? baseRegister = null, index = null;
        var scale = 1;
        if (p.Peek() == '%')
            baseRegister = ParseAddressRegister();
        if (p.TryTake(','))
        {
            if (p.Peek() == '%')
                index = ParseAddressRegister();
            if (p.TryTake(','))
                scale = p.TakeScale();
        }
        if (p.Error is null && !p.TryTake(')'))
            p.Fail("')' is missing");
        if (p.Error is null && index is { Register: X64Register.Rip or X64Register.Rsp })
            p.Fail($"%{index.Name} cannot be an index");
        if (p.Error is null && baseRegister is null && index is null && displacement is null)
            p.Fail("the address is empty");
        return p.Error is null ? new MemorySyntax(segment, displacement, baseRegister, index, index is null ? 1 : scale) : null;
    }

    private RegisterName? ParseAddressRegister()
    {
        ref var p = ref _expressions;
        var register = ToRegister(p.TakeRegisterName());
        p.SkipSpace();
        if (register is { Width: 4 or 8 })
            return register;
        if (register is not null)
            p.Fail($"%{register.Name} cannot be part of an address");
        return null;
    }

    private RegisterName? ToRegister(ReadOnlySpan<char> name)
    {
        var register = RegisterName.Find(name);
        if (register is null)
            _expressions.Fail($"unknown register %{name}");
        return register;
    }
}

using System.Buffers;
using System.Buffers.Binary;
using Tracer.Core.Aggregations;
using Tracer.Core.Events;
using Tracer.Core.Expressions;
using Tracer.Core.Stacks;
using Tracer.Elf;

namespace Tracer.Core.Evaluation;

/// <content>Texts: where they come from, how they compare, and keys made of them.</content>
public ref partial struct ExpressionEvaluator
{
    /// <summary>
    /// Reads a text into <paramref name="destination"/>, whose length is the limit in bytes. <paramref name="value"/> is the text's whole length in
    /// bytes where it is known (counted text, literals), else what was read; on a fault it is the text's address.
    /// </summary>
    public EvaluationStatus ReadText(Expression expression, scoped Span<byte> destination, out int bytes, out Charset charset, out ulong value)
    {
        bytes = 0;
        charset = Charset.Utf8;
        switch (expression)
        {
            case TextExpression text:
                return ReadMemory(text, destination, out bytes, out charset, out value);
            case TextLiteralExpression literal:
                return Copy(literal.Utf8.Span, destination, out bytes, out value);
            case GatheredExpression g:
                return CopyGathered(g.Index, destination, out bytes, out charset, out value);
            case BuiltInExpression { Value: BuiltInValue.Comm } when _context.Facts is { } facts:
                return Copy(facts.Comm, destination, out bytes, out value);
            case ConditionalExpression c:
                var status = Evaluate(c.Test, out value);
                return status != EvaluationStatus.Ok ? status : ReadText(value != 0 ? c.WhenTrue : c.WhenFalse, destination, out bytes, out charset, out value);
            default:
                value = 0;
                return EvaluationStatus.Unavailable;
        }
    }

    /// <summary>Reads a stack as <see cref="StackCapture"/> has it; <paramref name="value"/> is the stack pointer.</summary>
    public EvaluationStatus ReadStack(Expression expression, scoped Span<byte> destination, out int bytes, out ulong value)
    {
        bytes = 0;
        value = 0;
        switch (expression)
        {
            case StackExpression stack:
                value = _registers[X64Register.Rsp];
                bytes = _context.Facts is { HasStack: true } facts
                    ? StackCapture.Write(in _registers, facts.Stack, stack.Bytes, destination)
                    : StackCapture.Write(in _registers, _context.Memory, stack.Bytes, destination);
                return EvaluationStatus.Ok;
            case GatheredExpression g:
                return CopyGathered(g.Index, destination, out bytes, out _, out value);
            default:
                return EvaluationStatus.Unavailable;
        }
    }

    /// <summary>
    /// Writes the key of a variable's element: the thread, for variables of threads, and the keys. On failure <paramref name="value"/> is what the failing
    /// key gave.
    /// </summary>
    internal EvaluationStatus WriteKey(VariableExpression element, KeyWriter key, out ulong value)
    {
        value = 0;
        key.Clear();
        if (element.Variable.Scope == VariableScope.Thread)
        {
            if (_context.Facts?.TryGet(BuiltInValue.ThreadId, out value) != true)
                return EvaluationStatus.Unavailable;
            Span<byte> thread = stackalloc byte[sizeof(int)];
            BinaryPrimitives.WriteInt32LittleEndian(thread, (int)value);
            key.AddPrefix(thread);
        }

        for (var k = 0; k < element.Keys.Count; k++)
        {
            var part = element.Keys[k];
            var status = part.Type is TextType ? AddText(part, key, out value) : Evaluate(part, out value);
            if (status > EvaluationStatus.Truncated)
                return status;
            if (part.Type is not TextType)
                key.Add(value, EvaluationStatus.Ok);
        }

        return EvaluationStatus.Ok;
    }

    private EvaluationStatus AddText(Expression part, KeyWriter key, out ulong value)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(_context.TextLimit);
        var status = ReadText(part, buffer.AsSpan(0, _context.TextLimit), out var bytes, out var charset, out value);
        if (status <= EvaluationStatus.Truncated)
            key.Add(buffer.AsSpan(0, bytes), charset, status);
        ArrayPool<byte>.Shared.Return(buffer);
        return status;
    }

    private EvaluationStatus CompareTexts(TextCompareExpression comparison, out ulong value)
    {
        if (IsDecidedByLength(comparison, out var status, out value))
            return status;
        var limit = _context.TextLimit;
        var buffer = ArrayPool<byte>.Shared.Rent(2 * limit);
        status = ReadText(comparison.Left, buffer.AsSpan(0, limit), out var leftBytes, out var leftCharset, out value);
        var rightBytes = 0;
        var rightCharset = Charset.Utf8;
        if (status <= EvaluationStatus.Truncated)
            status = ReadText(comparison.Right, buffer.AsSpan(limit, limit), out rightBytes, out rightCharset, out value);
        if (status <= EvaluationStatus.Truncated)
        {
            var order = TextDecoder.Compare(buffer.AsSpan(0, leftBytes), leftCharset, buffer.AsSpan(limit, rightBytes), rightCharset);
            status = EvaluationStatus.Ok;
            value = comparison.Operator switch
            {
                BinaryOperator.Equal => order == 0,
                BinaryOperator.NotEqual => order != 0,
                BinaryOperator.Less => order < 0,
                _ => order <= 0,
            }
                ? 1UL
                : 0UL;
        }

        ArrayPool<byte>.Shared.Return(buffer);
        return status;
    }

    // A counted text that has not as many units as a literal differs from it, wherever it may be: it is not read.
    private EvaluationStatus DecideByLength(TextExpression text, TextLiteralExpression literal, out bool differs, out ulong value)
    {
        differs = false;
        var status = Evaluate(text.Address, out value);
        if (status != EvaluationStatus.Ok)
            return status;
        status = Evaluate(text.Length!, out var length);
        if (status != EvaluationStatus.Ok)
            return Failed(status, length, out value);
        ulong charset = 0;
        if (text.Charset is not null)
        {
            status = Evaluate(text.Charset, out charset);
            if (status != EvaluationStatus.Ok)
                return Failed(status, charset, out value);
        }

        if ((Charset)(byte)charset is not (Charset.Utf8 or Charset.Latin1 or Charset.Ucs2 or Charset.Ucs4))
            return Failed(EvaluationStatus.Unavailable, 0, out value);
        differs = literal.UnitsIn((Charset)(byte)charset) is not { } units || (ulong)units != length;
        return EvaluationStatus.Ok;
    }

    private bool IsDecidedByLength(TextCompareExpression comparison, out EvaluationStatus status, out ulong value)
    {
        value = 0;
        status = EvaluationStatus.Ok;
        if (comparison.Operator is not (BinaryOperator.Equal or BinaryOperator.NotEqual))
            return false;
        var literal = comparison.Right as TextLiteralExpression ?? comparison.Left as TextLiteralExpression;
        if (literal is null || literal.Utf8.Length >= _context.TextLimit)
            return false;
        var text = ReferenceEquals(literal, comparison.Right) ? comparison.Left : comparison.Right;
        while (text is ConditionalExpression choice)
        {
            status = Evaluate(choice.Test, out value);
            if (status != EvaluationStatus.Ok)
                return true;
            text = value != 0 ? choice.WhenTrue : choice.WhenFalse;
        }

        if (text is not TextExpression { Length: not null } counted)
            return false;
        status = DecideByLength(counted, literal, out var differs, out value);
        if (status != EvaluationStatus.Ok)
            return true;
        value = comparison.Operator == BinaryOperator.NotEqual ? 1UL : 0UL;
        return differs;
    }

    private EvaluationStatus ReadVariable(VariableExpression variable, out ulong value)
    {
        value = 0;
        if (_context.Variables is not { } variables)
            return EvaluationStatus.Unavailable;
        var key = _threadKey ??= new KeyWriter();
        // A key may itself read an element: its writer is in use until that is done.
        _threadKey = null;
        var status = WriteKey(variable, key, out value);
        if (status == EvaluationStatus.Ok)
            value = variables.Read(variable.Variable, key.Key, variable.Field);
        _threadKey = key;
        return status;
    }

    private EvaluationStatus CopyGathered(int index, scoped Span<byte> destination, out int bytes, out Charset charset, out ulong value)
    {
        var recorded = _gathered[index];
        charset = recorded.Charset;
        var status = Copy(recorded.TextBytes, destination, out bytes, out _);
        value = recorded.Bits;
        return recorded.Status == EvaluationStatus.Ok ? status : recorded.Status;
    }

    private static EvaluationStatus Copy(scoped ReadOnlySpan<byte> text, scoped Span<byte> destination, out int bytes, out ulong value)
    {
        bytes = Math.Min(text.Length, destination.Length);
        text[..bytes].CopyTo(destination);
        value = (ulong)text.Length;
        return bytes < text.Length ? EvaluationStatus.Truncated : EvaluationStatus.Ok;
    }

    private EvaluationStatus ReadMemory(TextExpression text, scoped Span<byte> destination, out int bytes, out Charset charset, out ulong value)
    {
        bytes = 0;
        charset = Charset.Utf8;
        var status = Evaluate(text.Address, out value);
        if (status != EvaluationStatus.Ok)
            return status;
        var address = value;
        if (text.Length is null)
            return ReadTerminated(address, destination, out bytes, out value);

        status = Evaluate(text.Length, out var length);
        if (status != EvaluationStatus.Ok)
            return Failed(status, length, out value);
        if (text.Charset is not null)
        {
            status = Evaluate(text.Charset, out var code);
            if (status != EvaluationStatus.Ok)
                return Failed(status, code, out value);
            charset = (Charset)(byte)code;
        }

        // The unit's size from the charset's number: 0 and 1 are one byte, 2 two, 4 four.
        var whole = length << ((int)charset >> 1);
        var wanted = (int)Math.Min(whole, (ulong)destination.Length);
        if (_context.Memory.Read(address, destination[..wanted]) != wanted)
        {
            value = address;
            return EvaluationStatus.Fault;
        }

        bytes = wanted;
        value = whole;
        return whole > (ulong)wanted ? EvaluationStatus.Truncated : EvaluationStatus.Ok;
    }

    private static EvaluationStatus Failed(EvaluationStatus status, ulong address, out ulong value)
    {
        value = address;
        return status;
    }

    private readonly EvaluationStatus ReadTerminated(ulong address, scoped Span<byte> destination, out int bytes, out ulong value)
    {
        const int Page = 4096;
        bytes = 0;
        value = address;
        while (bytes < destination.Length)
        {
            var at = address + (ulong)bytes;
            var chunk = Math.Min(destination.Length - bytes, Page - (int)(at & (Page - 1)));
            // Short strings are the rule: a first read of 64 bytes spares copying a page for a ten-character name.
            if (bytes == 0)
                chunk = Math.Min(chunk, 64);
            var part = destination.Slice(bytes, chunk);
            var read = _context.Memory.Read(at, part);
            var end = part[..read].IndexOf((byte)0);
            if (end >= 0)
            {
                bytes += end;
                value = (ulong)bytes;
                return EvaluationStatus.Ok;
            }

            bytes += read;
            if (read < chunk)
            {
                bytes = 0;
                value = address;
                return EvaluationStatus.Fault;
            }
        }

        Span<byte> next = stackalloc byte[1];
        if (_context.Memory.Read(address + (ulong)bytes, next) != 1)
        {
            bytes = 0;
            value = address;
            return EvaluationStatus.Fault;
        }

        value = (ulong)bytes;
        return next[0] == 0 ? EvaluationStatus.Ok : EvaluationStatus.Truncated;
    }
}

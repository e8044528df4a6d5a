using System.Buffers.Binary;
using System.Text;
using Tracer.Bpf;
using Tracer.Core.Evaluation;
using Tracer.Core.Expressions;
using Tracer.Core.Records;
using static Tracer.Bpf.BpfRegister;

namespace Tracer.Uprobes.Compilation;

/// <content>Comparisons of text with literals: no more is read of a text than decides them.</content>
internal sealed partial class ExpressionCompiler
{
    /// <summary>Falls through when the comparison holds and jumps when it does not.</summary>
    private void BranchOnTexts(TextCompareExpression comparison, BpfLabel whenFalse, BpfLabel fail)
    {
        if (KernelLimits.Refuse(comparison, textLimit) is { } reason)
            throw new CompilationException(reason);
        switch (comparison)
        {
            case { Left: TextLiteralExpression left, Right: TextLiteralExpression right }:
                code.Move(R0, Holds(comparison.Operator, left.Utf8.Span.SequenceCompareTo(right.Utf8.Span)) ? 1 : 0).JumpIf(BpfCondition.Equal, R0, 0, whenFalse);
                break;
            case { Right: TextLiteralExpression literal }:
                Compare(comparison.Left, literal, new Outcome(comparison.Operator, Swapped: false, whenFalse, fail));
                break;
            case { Left: TextLiteralExpression literal }:
                Compare(comparison.Right, literal, new Outcome(comparison.Operator, Swapped: true, whenFalse, fail));
                break;
            default:
                throw new CompilationException("it compares two texts of the target");
        }
    }

    private void Compare(Expression text, TextLiteralExpression literal, Outcome outcome)
    {
        switch (text)
        {
            case ConditionalExpression c:
                var otherwise = code.NewLabel();
                var end = code.NewLabel();
                Branch(c.Test, otherwise, outcome.Fail);
                Compare(c.WhenTrue, literal, outcome);
                code.Jump(end).Bind(otherwise);
                Compare(c.WhenFalse, literal, outcome);
                code.Bind(end);
                break;
            case TextLiteralExpression other:
                BranchOnTexts(outcome.Swapped ? new(outcome.Operator, literal, other) : new(outcome.Operator, other, literal), outcome.WhenFalse, outcome.Fail);
                break;
            case BuiltInExpression { Value: BuiltInValue.Comm }:
                CompareComm(literal.Utf8.Span, outcome);
                break;
            case TextExpression { Length: null } t:
                CompareTerminated(t, literal.Utf8.Span, outcome);
                break;
            case TextExpression t:
                CompareCounted(t, literal.Text, outcome);
                break;
            default:
                Unavailable(outcome.Fail);
                break;
        }
    }

    private void CompareComm(ReadOnlySpan<byte> literal, Outcome outcome)
    {
        var mark = frame.Mark;
        var bytes = Padded(literal, RecordLayout.CommSize);
        var buffer = frame.Reserve(bytes.Length);
        for (var k = RecordLayout.CommSize; k < bytes.Length; k += 8)
            code.Store(BpfSize.Double, R10, (short)(buffer + k), 0);
        code.Move(R1, R10).Alu(BpfOperation.Add, R1, buffer).Move(R2, RecordLayout.CommSize).Call(BpfHelper.GetThreadName);
        CompareWords(buffer, bytes, outcome);
        frame.ReleaseTo(mark);
    }

    private void CompareTerminated(TextExpression text, ReadOnlySpan<byte> literal, Outcome outcome)
    {
        // One byte more than the literal and its NUL: a text that goes on differs before the NUL that the kernel puts at the end.
        var mark = frame.Mark;
        var bytes = Padded(literal, literal.Length + 2);
        var buffer = frame.Reserve(bytes.Length);
        var fault = code.NewLabel();
        var copied = code.NewLabel();
        Evaluate(text.Address, outcome.Fail);
        code.Move(R9, R0);
        for (var k = 0; k < bytes.Length; k += 8)
            code.Store(BpfSize.Double, R10, (short)(buffer + k), 0);
        UserTextCompiler.CopyResidentString(code, frame, kernel, new MemoryPlace(R10, buffer), R9, bytes.Length, fault);
        code.Jump(copied)
            .Bind(fault).Move(R0, R9).Move(R1, (int)EvaluationStatus.Fault).Jump(outcome.Fail)
            .Bind(copied);
        CompareWords(buffer, bytes, outcome);
        frame.ReleaseTo(mark);
    }

    private void CompareCounted(TextExpression text, string literal, Outcome outcome)
    {
        var mark = frame.Mark;
        var longest = Padded(Encoding.UTF8.GetBytes(literal), 1).Length;
        var buffer = frame.Reserve(Math.Max(longest, (literal.Length * 4 + 7) & ~7));
        var address = frame.Reserve(8);
        var length = frame.Reserve(8);
        var isEqual = code.NewLabel();
        var differs = code.NewLabel();
        Evaluate(text.Address, outcome.Fail);
        code.Store(BpfSize.Double, R10, address, R0);
        Evaluate(text.Length!, outcome.Fail);
        code.Store(BpfSize.Double, R10, length, R0);
        if (text.Charset is null)
            code.Move(R0, (int)Charset.Utf8);
        else
            Evaluate(text.Charset, outcome.Fail);
        code.Alu(BpfOperation.And, R0, 0xff).Move(R9, R0);
        foreach (var charset in text.Charset is null ? [Charset.Utf8] : new[] { Charset.Utf8, Charset.Latin1, Charset.Ucs2, Charset.Ucs4 })
        {
            var next = code.NewLabel();
            if (text.Charset is not null)
                code.JumpIf(BpfCondition.NotEqual, R9, (int)charset, next);
            var isEncoded = TryEncode(literal, charset, out var bytes, out var count);
            if (isEncoded)
                CompareCopy(buffer, address, length, bytes, count, differs, outcome.Fail);
            code.Jump(isEncoded ? isEqual : differs).Bind(next);
        }

        if (text.Charset is not null)
            Unavailable(outcome.Fail);
        var (whenEqual, whenDifferent) = outcome.Operator == BinaryOperator.Equal ? (isEqual, differs) : (differs, isEqual);
        code.Bind(whenDifferent).Jump(outcome.WhenFalse).Bind(whenEqual);
        frame.ReleaseTo(mark);
    }

    /// <summary>Falls through when the text has that many characters and just these bytes.</summary>
    private void CompareCopy(short buffer, short address, short length, byte[] bytes, int count, BpfLabel differs, BpfLabel fail)
    {
        var copied = code.NewLabel();
        code.Load(BpfSize.Double, R0, R10, length).JumpIf(BpfCondition.NotEqual, R0, count, differs);
        if (bytes.Length == 0)
            return;
        var padded = Padded(bytes, bytes.Length);
        code.Store(BpfSize.Double, R10, (short)(buffer + padded.Length - 8), 0)
            .Move(R1, R10).Alu(BpfOperation.Add, R1, buffer).Move(R2, bytes.Length).Load(BpfSize.Double, R3, R10, address).Call(BpfHelper.CopyFromUser)
            .JumpIf(BpfCondition.Equal, R0, 0, copied)
            .Load(BpfSize.Double, R0, R10, address).Move(R1, (int)EvaluationStatus.Fault).Jump(fail)
            .Bind(copied);
        for (var k = 0; k < padded.Length; k += 8)
        {
            code.Load(BpfSize.Double, R0, R10, (short)(buffer + k)).LoadConstant(R1, BinaryPrimitives.ReadInt64LittleEndian(padded.AsSpan(k)))
                .JumpIf(BpfCondition.NotEqual, R0, R1, differs);
        }
    }

    /// <summary>Compares the stack's words with a literal's, as big-endian numbers where the order matters.</summary>
    private void CompareWords(short buffer, byte[] literal, Outcome outcome)
    {
        var decided = code.NewLabel();
        var isEqual = code.NewLabel();
        var isOrdered = outcome.Operator is BinaryOperator.Less or BinaryOperator.LessOrEqual;
        for (var k = 0; k < literal.Length; k += 8)
        {
            code.Load(BpfSize.Double, R0, R10, (short)(buffer + k));
            if (isOrdered)
                code.ToBigEndian(R0, 64);
            var word = literal.AsSpan(k);
            code.LoadConstant(R1, isOrdered ? BinaryPrimitives.ReadInt64BigEndian(word) : BinaryPrimitives.ReadInt64LittleEndian(word))
                .JumpIf(BpfCondition.NotEqual, R0, R1, decided);
        }

        if (!Holds(outcome.Operator, 0))
            code.Jump(outcome.WhenFalse);
        else
            code.Jump(isEqual);
        code.Bind(decided);
        switch (outcome.Operator)
        {
            case BinaryOperator.Equal:
                code.Jump(outcome.WhenFalse);
                break;
            case BinaryOperator.Less or BinaryOperator.LessOrEqual:
                code.JumpIf(outcome.Swapped ? BpfCondition.Less : BpfCondition.Greater, R0, R1, outcome.WhenFalse);
                break;
            default:
                break;
        }

        code.Bind(isEqual);
    }

    private static bool Holds(BinaryOperator @operator, int order) => @operator switch
    {
        BinaryOperator.Equal => order == 0,
        BinaryOperator.NotEqual => order != 0,
        BinaryOperator.Less => order < 0,
        _ => order <= 0,
    };

    private static byte[] Padded(ReadOnlySpan<byte> bytes, int least)
    {
        var padded = new byte[(Math.Max(bytes.Length, least) + 7) & ~7];
        bytes.CopyTo(padded);
        return padded;
    }

    /// <summary>The literal's bytes in a character set, and how many units they are; false when the set lacks one of its characters.</summary>
    private static bool TryEncode(string literal, Charset charset, out byte[] bytes, out int count)
    {
        var runes = literal.EnumerateRunes().ToArray();
        count = runes.Length;
        switch (charset)
        {
            case Charset.Utf8:
                bytes = Encoding.UTF8.GetBytes(literal);
                count = bytes.Length;
                return true;
            case Charset.Latin1:
                bytes = [.. runes.Select(r => (byte)r.Value)];
                return Array.TrueForAll(runes, r => r.Value <= byte.MaxValue);
            case Charset.Ucs2:
                bytes = [.. runes.SelectMany(r => BitConverter.GetBytes((ushort)r.Value))];
                return Array.TrueForAll(runes, r => r.Value <= ushort.MaxValue);
            default:
                bytes = [.. runes.SelectMany(r => BitConverter.GetBytes(r.Value))];
                return true;
        }
    }

    /// <summary>Where a comparison leads.</summary>
    /// <param name="Operator">The comparison.</param>
    /// <param name="Swapped">Whether the literal is its left side.</param>
    /// <param name="WhenFalse">Where to go when it does not hold.</param>
    /// <param name="Fail">Where to go when a side cannot be read.</param>
    private readonly record struct Outcome(BinaryOperator Operator, bool Swapped, BpfLabel WhenFalse, BpfLabel Fail);
}

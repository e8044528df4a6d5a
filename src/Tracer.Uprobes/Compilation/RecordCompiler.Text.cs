using Tracer.Bpf;
using Tracer.Core.Evaluation;
using Tracer.Core.Expressions;
using Tracer.Core.Records;
using static Tracer.Bpf.BpfRegister;

namespace Tracer.Uprobes.Compilation;

/// <content>Texts: R8 is the address, R9 the bytes of text that precede it in the record.</content>
internal sealed partial class RecordCompiler
{
    private const int StatusShift = 32;
    private const int CharsetShift = 40;

    // Most texts are shorter than this. They are copied over the stack, because kernels with hardened usercopy look up the vmalloc area of every
    // other destination (check_heap_object in mm/usercopy.c), which costs as much as all the rest.
    private const int ShortText = ScratchLayout.TextSlack;

    private long TruncatedAtLimit => ((long)EvaluationStatus.Truncated << StatusShift) + textLimit;

    /// <summary>Reads a text into the record as <see cref="ExpressionEvaluator.ReadText"/> does; the bytes of earlier values are at most <paramref name="before"/>.</summary>
    private void Text(Expression text, MemoryPlace slot, int fixedSize, int before, bool isInterned)
    {
        var fail = code.NewLabel();
        var next = code.NewLabel();
        var untold = code.NewLabel();
        if (text is TextLiteralExpression whole)
        {
            // A value that is always this text: who reads the record knows it.
            code.Store(BpfSize.Double, slot.Base, slot.Offset, whole.Utf8.Length)
                .Store(BpfSize.Double, slot.Base, slot.Plus(RecordLayout.SlotTextBytesOffset).Offset, 0);
            return;
        }

        if (isInterned)
        {
            Number(slot, untold);
            code.Jump(next).Bind(untold);
        }

        Source(text, slot, fixedSize, before, fail);
        if (code.IsReferenced(fail))
        {
            code.Jump(next).Bind(fail);
            StoreSlot(slot);
        }
        else
        {
            code.Bind(fail);
        }

        code.Bind(next);
    }

    private void Source(Expression text, MemoryPlace slot, int fixedSize, int before, BpfLabel fail)
    {
        switch (text)
        {
            case TextExpression t:
                expressions.Evaluate(t.Address, fail);
                code.Move(R8, R0);
                if (t.Length is null)
                    Terminated(slot, fixedSize, before, fail);
                else
                    Counted(t.Length, t.Charset, slot, fixedSize, before, fail);
                break;
            case TextLiteralExpression literal:
                Literal(literal.Utf8.Span, slot, fixedSize, before);
                break;
            case BuiltInExpression { Value: BuiltInValue.Comm }:
                Comm(slot, fixedSize, before);
                break;
            case ConditionalExpression c:
                var otherwise = code.NewLabel();
                var end = code.NewLabel();
                expressions.Branch(c.Test, otherwise, fail);
                Source(c.WhenTrue, slot, fixedSize, before, fail);
                code.Jump(end).Bind(otherwise);
                Source(c.WhenFalse, slot, fixedSize, before, fail);
                code.Bind(end);
                break;
            default:
                expressions.Evaluate(text, fail);
                break;
        }
    }

    private void Literal(ReadOnlySpan<byte> text, MemoryPlace slot, int fixedSize, int before)
    {
        var bytes = Math.Min(text.Length, textLimit);
        var status = bytes < text.Length ? EvaluationStatus.Truncated : EvaluationStatus.Ok;
        var padded = new byte[(bytes + 7) & ~7];
        text[..bytes].CopyTo(padded);
        var never = code.NewLabel();
        Destination(fixedSize, before, never);
        for (var k = 0; k < padded.Length; k += 8)
            code.LoadConstant(R2, BitConverter.ToInt64(padded, k)).Store(BpfSize.Double, R1, (short)k, R2);
        code.Store(BpfSize.Double, slot.Base, slot.Offset, text.Length)
            .LoadConstant(R0, ((long)status << StatusShift) + bytes).Store(BpfSize.Double, slot.Base, slot.Plus(RecordLayout.SlotTextBytesOffset).Offset, R0)
            .Alu(BpfOperation.Add, R9, bytes).Store(BpfSize.Double, R7, ScratchLayout.CursorOffset, R9)
            .Bind(never);
    }

    /// <summary>The thread's name: at most 15 bytes, so that one of the last always is a NUL.</summary>
    private void Comm(MemoryPlace slot, int fixedSize, int before)
    {
        var mark = frame.Mark;
        var buffer = frame.Reserve(ShortText);
        var length = frame.Reserve(8);
        var ended = code.NewLabel();
        var never = code.NewLabel();
        for (var k = RecordLayout.CommSize; k < ShortText; k += 8)
            code.Store(BpfSize.Double, R10, (short)(buffer + k), 0);
        code.Move(R1, R10).Alu(BpfOperation.Add, R1, buffer).Move(R2, RecordLayout.CommSize).Call(BpfHelper.GetThreadName).Move(R0, 0);
        for (var k = 0; k < RecordLayout.CommSize - 1; k++)
        {
            code.Load(BpfSize.Byte, R1, R10, (short)(buffer + k)).JumpIf(BpfCondition.Equal, R1, 0, ended).Alu(BpfOperation.Add, R0, 1);
        }

        code.Bind(ended).Store(BpfSize.Double, R10, length, R0);
        Destination(fixedSize, before, never);
        MoveShortText(buffer);
        var whole = code.NewLabel();
        code.Load(BpfSize.Double, R0, R10, length).JumpIf(BpfCondition.Greater, R0, RecordLayout.CommSize, never).Move(R1, R0);
        if (textLimit < RecordLayout.CommSize)
            code.JumpIf(BpfCondition.LessOrEqual, R0, textLimit, whole).LoadConstant(R1, TruncatedAtLimit).Bind(whole);
        code.Store(BpfSize.Double, slot.Base, slot.Offset, R0)
            .Store(BpfSize.Double, slot.Base, slot.Plus(RecordLayout.SlotTextBytesOffset).Offset, R1)
            .Move32(R1, R1).Alu(BpfOperation.Add, R9, R1).Store(BpfSize.Double, R7, ScratchLayout.CursorOffset, R9)
            .Bind(never);
        frame.ReleaseTo(mark);
    }

    private void Terminated(MemoryPlace slot, int fixedSize, int before, BpfLabel fail)
    {
        // One byte beyond the limit tells a text of exactly the limit from a longer one; the kernel adds a NUL.
        var size = textLimit + 2;
        var mark = frame.Mark;
        var shortSize = Math.Min(ShortText, size);
        var buffer = frame.Reserve(ShortText);
        var fault = code.NewLabel();
        var copied = code.NewLabel();
        var store = code.NewLabel();
        // Nearly every text is in memory: a read that cannot wait for a page takes it straight into the record.
        Destination(fixedSize, before, fault);
        code.Move(R2, size).Move(R3, R8).Call(BpfHelper.ProbeReadUserString).JumpIf(BpfCondition.SignedGreater, R0, 0, copied)
            .Move(R1, R10).Alu(BpfOperation.Add, R1, buffer);
        CopyString(shortSize, fault);
        if (shortSize < size)
        {
            var isShort = code.NewLabel();
            code.JumpIf(BpfCondition.NotEqual, R0, shortSize, isShort);
            Destination(fixedSize, before, fault);
            CopyString(size, fault);
            code.Jump(copied).Bind(isShort);
        }

        Destination(fixedSize, before, fault);
        MoveShortText(buffer);
        code.Bind(copied).JumpIf(BpfCondition.Greater, R0, size, fault).Alu(BpfOperation.Subtract, R0, 1).Move(R1, R0)
            .JumpIf(BpfCondition.LessOrEqual, R0, textLimit, store)
            .Move(R0, textLimit).LoadConstant(R1, TruncatedAtLimit).Jump(store)
            .Bind(fault).Move(R0, R8).Move(R1, (int)EvaluationStatus.Fault).Jump(fail)
            .Bind(store)
            .Store(BpfSize.Double, slot.Base, slot.Offset, R0)
            .Store(BpfSize.Double, slot.Base, slot.Plus(RecordLayout.SlotTextBytesOffset).Offset, R1)
            .Alu(BpfOperation.Add, R9, R0).Store(BpfSize.Double, R7, ScratchLayout.CursorOffset, R9);
        frame.ReleaseTo(mark);
    }

    private void CopyString(int size, BpfLabel fault) => UserTextCompiler.CopyString(code, frame, kernel, R8, size, 0, fault);

    /// <summary>Moves a text from the stack to R1, with what lies behind it; R2 is lost.</summary>
    private void MoveShortText(short buffer)
    {
        for (var k = 0; k < ShortText; k += 8)
            code.Load(BpfSize.Double, R2, R10, (short)(buffer + k)).Store(BpfSize.Double, R1, (short)k, R2);
    }

    private void Counted(Expression length, Expression? charset, MemoryPlace slot, int fixedSize, int before, BpfLabel fail)
    {
        var mark = frame.Mark;
        var whole = frame.Reserve(8);
        var set = frame.Reserve(8);
        var fault = code.NewLabel();
        var store = code.NewLabel();
        expressions.Evaluate(length, fail);
        code.Store(BpfSize.Double, R10, whole, R0);
        if (charset is null)
        {
            code.Move(R0, 0);
        }
        else
        {
            // The unit's size from the charset's number: 0 and 1 are one byte, 2 two, 4 four.
            expressions.Evaluate(charset, fail);
            code.Alu(BpfOperation.And, R0, 0xff).Move(R1, R0).Alu(BpfOperation.ShiftRight, R1, 1).Alu(BpfOperation.And, R1, 63)
                .Load(BpfSize.Double, R2, R10, whole).Alu(BpfOperation.ShiftLeft, R2, R1).Store(BpfSize.Double, R10, whole, R2);
        }

        var buffer = frame.Reserve(ShortText);
        var isLong = code.NewLabel();
        var copied = code.NewLabel();
        code.Store(BpfSize.Double, R10, set, R0);
        Length();
        Destination(fixedSize, before, fault);
        code.Move(R3, R8).Call(BpfHelper.ProbeReadUser).JumpIf(BpfCondition.Equal, R0, 0, copied);
        Length();
        code.JumpIf(BpfCondition.Greater, R2, ShortText, isLong)
            .Move(R1, R10).Alu(BpfOperation.Add, R1, buffer).Move(R3, R8).Call(BpfHelper.CopyFromUser).JumpIf(BpfCondition.NotEqual, R0, 0, fault);
        Destination(fixedSize, before, fault);
        MoveShortText(buffer);
        code.Jump(copied).Bind(isLong);
        Destination(fixedSize, before, fault);
        code.Move(R3, R8).Call(BpfHelper.CopyFromUser).JumpIf(BpfCondition.NotEqual, R0, 0, fault)
            .Bind(copied).Load(BpfSize.Double, R2, R10, set).Alu(BpfOperation.ShiftLeft, R2, CharsetShift)
            .Load(BpfSize.Double, R0, R10, whole).Move(R1, R0).JumpIf(BpfCondition.LessOrEqual, R1, textLimit, store)
            .LoadConstant(R1, TruncatedAtLimit).Jump(store)
            .Bind(fault).Move(R0, R8).Load(BpfSize.Double, R1, R10, set).Alu(BpfOperation.ShiftLeft, R1, CharsetShift - StatusShift)
            .Alu(BpfOperation.Or, R1, (int)EvaluationStatus.Fault).Jump(fail)
            .Bind(store).Alu(BpfOperation.Or, R2, R1)
            .Store(BpfSize.Double, slot.Base, slot.Offset, R0)
            .Store(BpfSize.Double, slot.Base, slot.Plus(RecordLayout.SlotTextBytesOffset).Offset, R2)
            .Move32(R1, R1).Alu(BpfOperation.Add, R9, R1).Store(BpfSize.Double, R7, ScratchLayout.CursorOffset, R9);
        frame.ReleaseTo(mark);

        void Length()
        {
            var bounded = code.NewLabel();
            code.Load(BpfSize.Double, R2, R10, whole).JumpIf(BpfCondition.LessOrEqual, R2, textLimit, bounded).Move(R2, textLimit).Bind(bounded);
        }
    }

    /// <summary>R1 = where this text's bytes begin, R9 = the bytes before it. The bound always holds; it is for the verifier.</summary>
    private void Destination(int fixedSize, int before, BpfLabel never) =>
        code.Load(BpfSize.Double, R9, R7, ScratchLayout.CursorOffset).JumpIf(BpfCondition.Greater, R9, before, never)
            .Move(R1, R7).Alu(BpfOperation.Add, R1, ScratchLayout.RecordOffset + fixedSize).Alu(BpfOperation.Add, R1, R9);
}

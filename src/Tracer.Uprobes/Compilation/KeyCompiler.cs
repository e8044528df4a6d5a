using Tracer.Bpf;
using Tracer.Core.Evaluation;
using Tracer.Core.Expressions;
using static Tracer.Bpf.BpfRegister;

namespace Tracer.Uprobes.Compilation;

/// <summary>
/// Compiles the writing of a row's key (<see cref="KernelKeyLayout"/>). Where each text is, is worked out once and kept on the stack; the texts are then
/// copied into fields of a capacity, and again into larger ones when one does not fit. R8 and R9 are lost; R7 stays.
/// </summary>
internal sealed class KeyCompiler(BpfAssembler code, StackFrame frame, ExpressionCompiler expressions, KernelInterface kernel, IProgramMaps maps, KernelKeyLayout layout)
{
    // What is kept of a text: its address (or a literal's number), its length in bytes and charset, and what kind of source it is.
    private const int SourceSize = 32;
    private const int AddressOffset = 0;
    private const int LengthOffset = 8;
    private const int CharsetOffset = 16;
    private const int KindOffset = 24;

    private const int Terminated = 0;
    private const int Counted = 1;
    private const int Literal = 2;
    private const int Comm = 3;
    private const int Failed = 16;

    // Fields that are cleared by stores before a text is copied into them.
    private const int LargestCleared = 128;

    private const int PadZeros = 1; // BPF_F_PAD_ZEROS of bpf_copy_from_user_str (include/uapi/linux/bpf.h)

    private readonly Dictionary<int, (short Place, HashSet<int> Kinds)> _texts = [];

    /// <summary>
    /// Writes what all capacities have in common to <paramref name="key"/> (on the stack): generation, integers, and where the texts are.
    /// Literals are numbered from <paramref name="nextLiteral"/> on, relative to the site's first.
    /// </summary>
    public void WriteHead(ExpressionList keys, MemoryPlace key, short literalBase, ref int nextLiteral)
    {
        code.LoadMapValue(R1, maps.Generation, 0).Load(BpfSize.Word, R1, R1, 0).Store(BpfSize.Double, key.Base, key.Offset, R1);
        for (var k = 0; k < keys.Count; k++)
        {
            if (keys[k].Type is StackType)
                code.Store(BpfSize.Double, key.Base, key.Plus(KernelKeyLayout.SlotOf(k)).Offset, 0);
            else if (keys[k].Type is TextType)
                FindText(keys[k], k, literalBase, ref nextLiteral);
            else
                WriteInteger(keys[k], k, key);
        }
    }

    /// <summary>Copies what <see cref="WriteHead"/> wrote to another place.</summary>
    public void CopyHead(MemoryPlace from, MemoryPlace to)
    {
        for (var offset = 0; offset < layout.TextsOffset; offset += 8)
        {
            code.Load(BpfSize.Double, R1, from.Base, from.Plus(offset).Offset).Store(BpfSize.Double, to.Base, to.Plus(offset).Offset, R1);
        }
    }

    /// <summary>Writes the texts and their slots; jumps to <paramref name="tooLong"/> when one does not fit, which the largest capacity never does.</summary>
    public void WriteTexts(MemoryPlace key, int capacity, BpfLabel tooLong)
    {
        foreach (var (index, (place, kinds)) in _texts)
        {
            var field = key.Plus(layout.TextOf(index, capacity));
            var slot = key.Plus(KernelKeyLayout.SlotOf(index));
            var end = code.NewLabel();
            foreach (var kind in kinds.Order())
            {
                var next = code.NewLabel();
                if (kind != kinds.Max())
                {
                    code.Load(BpfSize.Double, R0, R10, (short)(place + KindOffset)).JumpIf(BpfCondition.NotEqual, R0, kind, next);
                }

                Copy(kind, place, field, slot, capacity, tooLong);
                code.Jump(end).Bind(next);
            }

            code.Bind(end);
        }
    }

    private void WriteInteger(Expression expression, int index, MemoryPlace key)
    {
        var fail = code.NewLabel();
        var end = code.NewLabel();
        var slot = key.Plus(KernelKeyLayout.SlotOf(index));
        expressions.Evaluate(expression, fail);
        code.Store(BpfSize.Double, slot.Base, slot.Offset, R0);
        if (code.IsReferenced(fail))
        {
            var status = key.Plus(KernelKeyLayout.StatusOffset);
            code.Jump(end).Bind(fail).Store(BpfSize.Double, slot.Base, slot.Offset, 0)
                .Alu(BpfOperation.And, R1, 15).Alu(BpfOperation.ShiftLeft, R1, 4 * index)
                .Load(BpfSize.Word, R0, status.Base, status.Offset).Alu(BpfOperation.Or, R0, R1).Store(BpfSize.Word, status.Base, status.Offset, R0)
                .Bind(end);
        }
        else
        {
            code.Bind(fail);
        }
    }

    private void FindText(Expression text, int index, short literalBase, ref int nextLiteral)
    {
        var place = frame.Reserve(SourceSize);
        var kinds = new HashSet<int>();
        _texts.Add(index, (place, kinds));
        var fail = code.NewLabel();
        var found = code.NewLabel();
        Find(text, place, kinds, fail, literalBase, ref nextLiteral);
        if (code.IsReferenced(fail))
        {
            kinds.Add(Failed);
            code.Jump(found).Bind(fail)
                .Alu(BpfOperation.And, R1, 15).Alu(BpfOperation.Add, R1, Failed).Store(BpfSize.Double, R10, (short)(place + KindOffset), R1)
                .Bind(found);
        }
        else
        {
            code.Bind(fail);
        }
    }

    private void Find(Expression text, short place, HashSet<int> kinds, BpfLabel fail, short literalBase, ref int nextLiteral)
    {
        switch (text)
        {
            case TextLiteralExpression:
                code.Load(BpfSize.Double, R0, R10, literalBase).Alu(BpfOperation.Add, R0, nextLiteral++)
                    .Store(BpfSize.Double, R10, (short)(place + AddressOffset), R0);
                SetKind(place, kinds, Literal);
                break;
            case BuiltInExpression { Value: BuiltInValue.Comm }:
                SetKind(place, kinds, Comm);
                break;
            case ConditionalExpression c:
                var otherwise = code.NewLabel();
                var end = code.NewLabel();
                expressions.Branch(c.Test, otherwise, fail);
                Find(c.WhenTrue, place, kinds, fail, literalBase, ref nextLiteral);
                code.Jump(end).Bind(otherwise);
                Find(c.WhenFalse, place, kinds, fail, literalBase, ref nextLiteral);
                code.Bind(end);
                break;
            case TextExpression t:
                expressions.Evaluate(t.Address, fail);
                code.Store(BpfSize.Double, R10, (short)(place + AddressOffset), R0);
                if (t.Length is not null)
                    FindCounted(t, place, fail);
                SetKind(place, kinds, t.Length is null ? Terminated : Counted);
                break;
            default:
                code.Move(R0, 0).Move(R1, (int)EvaluationStatus.Unavailable).JumpIf(BpfCondition.Equal, R0, 0, fail);
                break;
        }
    }

    private void FindCounted(TextExpression text, short place, BpfLabel fail)
    {
        expressions.Evaluate(text.Length!, fail);
        code.Store(BpfSize.Double, R10, (short)(place + LengthOffset), R0);
        if (text.Charset is null)
        {
            code.Store(BpfSize.Double, R10, (short)(place + CharsetOffset), 0);
            return;
        }

        // The unit's size from the charset's number: 0 and 1 are one byte, 2 two, 4 four.
        expressions.Evaluate(text.Charset, fail);
        code.Alu(BpfOperation.And, R0, 0xff).Store(BpfSize.Double, R10, (short)(place + CharsetOffset), R0)
            .Alu(BpfOperation.ShiftRight, R0, 1).Alu(BpfOperation.And, R0, 63)
            .Load(BpfSize.Double, R1, R10, (short)(place + LengthOffset)).Alu(BpfOperation.ShiftLeft, R1, R0)
            .Store(BpfSize.Double, R10, (short)(place + LengthOffset), R1);
    }

    private void SetKind(short place, HashSet<int> kinds, int kind)
    {
        kinds.Add(kind);
        code.Store(BpfSize.Double, R10, (short)(place + KindOffset), kind);
    }

    private void Copy(int kind, short place, MemoryPlace field, MemoryPlace slot, int capacity, BpfLabel tooLong)
    {
        switch (kind)
        {
            case Terminated:
                CopyTerminated(place, field, slot, capacity, tooLong);
                break;
            case Counted:
                CopyCounted(place, field, slot, capacity, tooLong);
                break;
            case Literal:
                Zero(field, capacity);
                code.LoadConstant(R1, (long)KernelKeyLayout.LiteralCharset << KernelKeyLayout.CharsetShift)
                    .Load(BpfSize.Double, R0, R10, (short)(place + AddressOffset)).Alu(BpfOperation.Or, R0, R1).Store(BpfSize.Double, slot.Base, slot.Offset, R0);
                break;
            case Comm:
                Zero(field, capacity);
                code.Move(R1, field.Base).Alu(BpfOperation.Add, R1, field.Offset).Move(R2, Core.Records.RecordLayout.CommSize).Call(BpfHelper.GetThreadName)
                    .LoadConstant(R0, ((long)KernelKeyLayout.CommCharset << KernelKeyLayout.CharsetShift) + Core.Records.RecordLayout.CommSize)
                    .Store(BpfSize.Double, slot.Base, slot.Offset, R0);
                break;
            default:
                Zero(field, capacity);
                code.Load(BpfSize.Double, R0, R10, (short)(place + KindOffset)).Alu(BpfOperation.And, R0, 15);
                StoreStatus(slot);
                break;
        }
    }

    private void CopyTerminated(short place, MemoryPlace field, MemoryPlace slot, int capacity, BpfLabel tooLong)
    {
        var fault = code.NewLabel();
        var store = code.NewLabel();
        var end = code.NewLabel();
        var isLargest = capacity == layout.Capacities[^1];
        code.Load(BpfSize.Double, R8, R10, (short)(place + AddressOffset));
        if (!isLargest || capacity <= LargestCleared)
        {
            Zero(field, capacity);
            UserTextCompiler.CopyResidentString(code, frame, kernel, field, R8, capacity, fault);
        }
        else
        {
            if (kernel.CopyUserString == 0)
                Zero(field, capacity);
            code.Move(R1, field.Base).Alu(BpfOperation.Add, R1, field.Offset);
            UserTextCompiler.CopyString(code, frame, kernel, R8, capacity, PadZeros, fault);
        }

        if (!isLargest)
        {
            // What fills the field may go on.
            code.JumpIf(BpfCondition.Equal, R0, capacity, tooLong).Alu(BpfOperation.Subtract, R0, 1);
        }
        else
        {
            code.Alu(BpfOperation.Subtract, R0, 1).JumpIf(BpfCondition.LessOrEqual, R0, layout.TextLimit, store);
            CutAtLimit(field);
            code.Bind(store);
        }

        code.Store(BpfSize.Double, slot.Base, slot.Offset, R0).Jump(end).Bind(fault);
        Zero(field, capacity);
        code.Move(R0, (int)EvaluationStatus.Fault);
        StoreStatus(slot);
        code.Bind(end);
    }

    private void CopyCounted(short place, MemoryPlace field, MemoryPlace slot, int capacity, BpfLabel tooLong)
    {
        var isLargest = capacity == layout.Capacities[^1];
        var most = isLargest ? layout.TextLimit : capacity;
        var fault = code.NewLabel();
        var copied = code.NewLabel();
        var end = code.NewLabel();
        Zero(field, capacity);
        code.Load(BpfSize.Double, R9, R10, (short)(place + LengthOffset));
        if (isLargest)
        {
            var fits = code.NewLabel();
            code.Move(R8, 0).JumpIf(BpfCondition.LessOrEqual, R9, most, fits)
                .LoadConstant(R8, (long)EvaluationStatus.Truncated << KernelKeyLayout.StatusShift).Move(R9, most).Bind(fits);
        }
        else
        {
            code.Move(R8, 0).JumpIf(BpfCondition.Greater, R9, most, tooLong);
        }

        code.Move(R1, field.Base).Alu(BpfOperation.Add, R1, field.Offset).Move(R2, R9)
            .Load(BpfSize.Double, R3, R10, (short)(place + AddressOffset)).Call(BpfHelper.ProbeReadUser).JumpIf(BpfCondition.Equal, R0, 0, copied)
            .Move(R1, field.Base).Alu(BpfOperation.Add, R1, field.Offset).Move(R2, R9)
            .Load(BpfSize.Double, R3, R10, (short)(place + AddressOffset)).Call(BpfHelper.CopyFromUser).JumpIf(BpfCondition.NotEqual, R0, 0, fault)
            .Bind(copied)
            .Load(BpfSize.Double, R0, R10, (short)(place + CharsetOffset)).Alu(BpfOperation.ShiftLeft, R0, KernelKeyLayout.CharsetShift)
            .Alu(BpfOperation.Or, R0, R8).Alu(BpfOperation.Or, R0, R9)
            .Store(BpfSize.Double, slot.Base, slot.Offset, R0).Jump(end).Bind(fault);
        Zero(field, capacity);
        code.Move(R0, (int)EvaluationStatus.Fault);
        StoreStatus(slot);
        code.Bind(end);
    }

    /// <summary>R0 = the slot of a text that goes on beyond the limit; what was copied of the rest is cleared.</summary>
    private void CutAtLimit(MemoryPlace field)
    {
        var rest = field.Plus(layout.TextLimit);
        code.Store(BpfSize.Double, rest.Base, rest.Offset, 0)
            .LoadConstant(R0, ((long)EvaluationStatus.Truncated << KernelKeyLayout.StatusShift) + layout.TextLimit);
    }

    private void StoreStatus(MemoryPlace slot) =>
        code.Alu(BpfOperation.ShiftLeft, R0, KernelKeyLayout.StatusShift).Store(BpfSize.Double, slot.Base, slot.Offset, R0);

    private void Zero(MemoryPlace field, int bytes)
    {
        for (var k = 0; k < bytes; k += 8)
            code.Store(BpfSize.Double, field.Base, field.Plus(k).Offset, 0);
    }
}

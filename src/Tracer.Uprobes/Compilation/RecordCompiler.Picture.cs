using Tracer.Bpf;
using Tracer.Core.Evaluation;
using Tracer.Core.Expressions;
using Tracer.Core.Pictures;
using Tracer.Core.Records;
using static Tracer.Bpf.BpfRegister;

namespace Tracer.Uprobes.Compilation;

/// <content>
/// Pictures: what <see cref="ExpressionEvaluator.ReadPicture"/> does. All that a loop changes lies in the scratch slot, whose contents the verifier does not follow, so that
/// to it one pass is like another.
/// </content>
internal sealed partial class RecordCompiler
{
    // What expressions of shapes have on the stack at most, in eights of bytes; more would only take the verifier longer.
    private const int StackOfExpressions = 8;

    private const int LastRegion = PictureExpression.Capacity - PictureLayout.HeaderSize - PictureExpression.MaximumBytes;

    private void Picture(PictureExpression picture, MemoryPlace slot, int fixedSize, int before)
    {
        var mark = frame.Mark;
        var place = new RecordPlace(fixedSize, before);
        var head = code.NewLabel();
        var done = code.NewLabel();
        var never = code.NewLabel();
        foreach (var zero in (ReadOnlySpan<short>)[Places.Length, Places.Objects, Places.Index, Places.Unknown])
            code.Store(BpfSize.Double, R7, zero, 0);
        for (var k = 0; k < ObjectFilter.Buckets; k++)
            code.Store(BpfSize.Double, R7, (short)(ScratchLayout.FilterOffset + (k * sizeof(ulong))), 0);
        foreach (var area in picture.Start)
            Area(area, picture.Shape.PointerMask, isStart: true, place);
        Add(picture.Roots, picture.Shape.PointerMask);

        var outer = expressions.UseLoopVariables(new MemoryPlace(R7, Places.Variables));
        code.Bind(head);
        Settle();
        code.MayGoto(done)
            .Load(BpfSize.Double, R0, R7, Places.Index).Load(BpfSize.Double, R1, R7, Places.Objects).JumpIf(BpfCondition.GreaterOrEqual, R0, R1, done)
            .JumpIf(BpfCondition.GreaterOrEqual, R0, PictureExpression.MaximumObjects, done);
        WorkAddress(R1, R0);
        code.Load(BpfSize.Double, R0, R1, 0).Store(BpfSize.Double, R7, Places.Variables, R0);
        for (var k = 0; k < picture.Shape.Variables.Count; k++)
        {
            var fail = code.NewLabel();
            var known = code.NewLabel();
            expressions.Evaluate(picture.Shape.Variables[k], fail);
            if (code.IsReferenced(fail))
                code.Jump(known).Bind(fail).Move(R0, 0).Bind(known);
            Forget(R0);
            code.Store(BpfSize.Double, R7, (short)(Places.Variables + ((k + 1) * sizeof(ulong))), R0);
        }

        Add(picture.Shape.Links, picture.Shape.PointerMask);

        foreach (var area in picture.Shape.Areas)
            Area(area, picture.Shape.PointerMask, isStart: false, place);
        code.Load(BpfSize.Double, R0, R7, Places.Index).Alu(BpfOperation.Add, R0, 1);
        Forget(R0);
        code.Store(BpfSize.Double, R7, Places.Index, R0).Jump(head).Bind(done);
        expressions.UseLoopVariables(outer);

        // The bound always holds; it is for the verifier.
        code.Load(BpfSize.Double, R0, R7, Places.Length).JumpIf(BpfCondition.Greater, R0, PictureExpression.Capacity, never)
            .Load(BpfSize.Double, R9, R7, ScratchLayout.CursorOffset)
            .Store(BpfSize.Double, slot.Base, slot.Offset, 0)
            .Store(BpfSize.Double, slot.Base, slot.Plus(RecordLayout.SlotTextBytesOffset).Offset, R0)
            .Alu(BpfOperation.Add, R9, R0).Store(BpfSize.Double, R7, ScratchLayout.CursorOffset, R9)
            .Bind(never);
        frame.ReleaseTo(mark);
    }

    private void Area(PictureArea area, ulong mask, bool isStart, RecordPlace place)
    {
        var end = code.NewLabel();
        var fail = isStart ? code.NewLabel() : end;
        var known = code.NewLabel();
        var bounded = code.NewLabel();
        var copied = code.NewLabel();
        expressions.Evaluate(area.Stride, fail);
        code.Alu(BpfOperation.And, R0, 0xff).Store(BpfSize.Double, R7, Places.Stride, R0);
        expressions.Evaluate(area.Count, fail);
        code.Store(BpfSize.Double, R7, Places.Items, R0);
        expressions.Evaluate(area.Address, fail);
        code.Store(BpfSize.Double, R7, Places.Address, R0);
        if (!isStart)
            code.Load(BpfSize.Double, R0, R7, Places.Address).JumpIf(BpfCondition.Equal, R0, 0, end);
        else if (code.IsReferenced(fail))
            code.Jump(known).Bind(fail).Move(R0, 0).Store(BpfSize.Double, R7, Places.Address, R0).Store(BpfSize.Double, R7, Places.Items, R0).Store(BpfSize.Double, R7, Places.Stride, R0).Bind(known);

        code.Load(BpfSize.Double, R2, R7, Places.Items).JumpIf(BpfCondition.Greater, R2, PictureExpression.MaximumBytes, bounded)
            .Load(BpfSize.Double, R1, R7, Places.Stride).Alu(BpfOperation.Multiply, R2, R1)
            .Bind(bounded);
        var fits = code.NewLabel();
        code.JumpIf(BpfCondition.LessOrEqual, R2, PictureExpression.MaximumBytes, fits).Move(R2, PictureExpression.MaximumBytes).Bind(fits);
        Forget(R2);
        code.Store(BpfSize.Double, R7, Places.Wanted, R2);
        if (!isStart)
            code.JumpIf(BpfCondition.Equal, R2, 0, end);

        Region(place, end);
        code.Load(BpfSize.Double, R3, R7, Places.Address).Store(BpfSize.Double, R1, 0, R3)
            .Load(BpfSize.Double, R2, R7, Places.Wanted).Store(BpfSize.Double, R1, PictureLayout.LengthOffset, R2)
            .JumpIf(BpfCondition.Greater, R2, PictureExpression.MaximumBytes, end)
            .Alu(BpfOperation.Add, R1, PictureLayout.HeaderSize).Call(BpfHelper.ProbeReadUser).JumpIf(BpfCondition.Equal, R0, 0, copied);
        Region(place, end);
        code.Load(BpfSize.Double, R3, R7, Places.Address).Load(BpfSize.Double, R2, R7, Places.Wanted).JumpIf(BpfCondition.Greater, R2, PictureExpression.MaximumBytes, end)
            .Alu(BpfOperation.Add, R1, PictureLayout.HeaderSize).Call(BpfHelper.CopyFromUser).JumpIf(BpfCondition.Equal, R0, 0, copied);
        if (isStart)
        {
            Region(place, end);
            code.Move(R0, 0).Store(BpfSize.Double, R1, PictureLayout.LengthOffset, R0).Store(BpfSize.Double, R7, Places.Wanted, R0);
        }
        else
        {
            code.Jump(end);
        }

        code.Bind(copied).Load(BpfSize.Double, R0, R7, Places.Wanted).Move(R2, R0).Alu(BpfOperation.Add, R0, 7).Alu(BpfOperation.And, R0, ~7)
            .Load(BpfSize.Double, R1, R7, Places.Length).Alu(BpfOperation.Add, R1, R0).Alu(BpfOperation.Add, R1, PictureLayout.HeaderSize);
        Forget(R1);
        code.Store(BpfSize.Double, R7, Places.Length, R1);
        if (area.Pointer is not ConstantExpression { Value: > byte.MaxValue })
        {
            code.JumpIf(BpfCondition.Equal, R2, 0, end);
            Follow(area, mask, end);
        }

        code.Bind(end);
    }

    private void Follow(PictureArea area, ulong mask, BpfLabel end)
    {
        var head = code.NewLabel();
        var next = code.NewLabel();
        var hasSecond = area.SecondPointer is not ConstantExpression { Value: > byte.MaxValue };
        if (hasSecond)
        {
            var fail = code.NewLabel();
            var known = code.NewLabel();
            expressions.Evaluate(area.SecondPointer, fail);
            if (code.IsReferenced(fail))
                code.Jump(known).Bind(fail).LoadConstant(R0, -1).Bind(known);
            code.Store(BpfSize.Double, R7, Places.Second, R0);
        }

        expressions.Evaluate(area.Pointer, end);
        code.Store(BpfSize.Double, R7, Places.First, R0).Load(BpfSize.Double, R1, R7, Places.Stride).JumpIf(BpfCondition.GreaterOrEqual, R0, R1, end)
            .Store(BpfSize.Double, R7, Places.Item, 0)
            .Bind(head);
        Settle();
        code.MayGoto(end)
            .Load(BpfSize.Double, R0, R7, Places.Item).Load(BpfSize.Double, R1, R7, Places.Items).JumpIf(BpfCondition.GreaterOrEqual, R0, R1, end)
            .JumpIf(BpfCondition.GreaterOrEqual, R0, PictureExpression.MaximumItems, end);
        Push(Places.First, mask, end);
        if (hasSecond)
        {
            code.Load(BpfSize.Double, R0, R7, Places.Second).Load(BpfSize.Double, R1, R7, Places.Stride).JumpIf(BpfCondition.GreaterOrEqual, R0, R1, next);
            Push(Places.Second, mask, end);
            code.Bind(next);
        }

        code.Load(BpfSize.Double, R0, R7, Places.Item).Alu(BpfOperation.Add, R0, 1);
        Forget(R0);
        code.Store(BpfSize.Double, R7, Places.Item, R0).Jump(head);
    }

    // The object that the pointer of the current item leads to is put behind those that are to be copied.
    private void Push(short pointer, ulong mask, BpfLabel end)
    {
        var read = code.NewLabel();
        var mark = frame.Mark;
        var buffer = frame.Reserve(sizeof(ulong));
        code.Load(BpfSize.Double, R9, R7, Places.Item).Load(BpfSize.Double, R0, R7, Places.Stride).Alu(BpfOperation.Multiply, R9, R0)
            .Load(BpfSize.Double, R0, R7, Places.Address).Alu(BpfOperation.Add, R9, R0).Load(BpfSize.Double, R0, R7, pointer).Alu(BpfOperation.Add, R9, R0)
            .Move(R1, R10).Alu(BpfOperation.Add, R1, buffer).Move(R2, sizeof(ulong)).Move(R3, R9).Call(BpfHelper.ProbeReadUser).JumpIf(BpfCondition.Equal, R0, 0, read)
            .Move(R1, R10).Alu(BpfOperation.Add, R1, buffer).Move(R2, sizeof(ulong)).Move(R3, R9).Call(BpfHelper.CopyFromUser).JumpIf(BpfCondition.NotEqual, R0, 0, end)
            .Bind(read).Load(BpfSize.Double, R0, R10, buffer);
        frame.ReleaseTo(mark);
        Add(mask);
    }

    private void Add(IEnumerable<Expression> addresses, ulong mask)
    {
        foreach (var address in addresses)
        {
            var none = code.NewLabel();
            expressions.Evaluate(address, none);
            Add(mask);
            code.Bind(none);
        }
    }

    /// <summary>Puts the object whose address is in R0 behind those that are to be copied, unless it is the newest of its bucket (<see cref="ObjectFilter"/>).</summary>
    private void Add(ulong mask)
    {
        var end = code.NewLabel();
        if (mask != ulong.MaxValue)
            code.LoadConstant(R1, (long)mask).Alu(BpfOperation.And, R0, R1);
        code.JumpIf(BpfCondition.Equal, R0, 0, end)
            .Move(R1, R0).Alu(BpfOperation.ShiftRight, R1, ObjectFilter.FirstShift).Move(R2, R0).Alu(BpfOperation.ShiftRight, R2, ObjectFilter.SecondShift).Alu(BpfOperation.Xor, R1, R2)
            .Alu(BpfOperation.And, R1, ObjectFilter.Buckets - 1).Alu(BpfOperation.ShiftLeft, R1, 3)
            .Move(R2, R7).Alu(BpfOperation.Add, R2, ScratchLayout.FilterOffset).Alu(BpfOperation.Add, R2, R1)
            .Load(BpfSize.Double, R1, R2, 0).JumpIf(BpfCondition.Equal, R1, R0, end).Store(BpfSize.Double, R2, 0, R0)
            .Load(BpfSize.Double, R2, R7, Places.Objects).JumpIf(BpfCondition.GreaterOrEqual, R2, PictureExpression.MaximumObjects, end)
            .Move(R3, R2).Alu(BpfOperation.Add, R3, 1);
        Forget(R3);
        code.Store(BpfSize.Double, R7, Places.Objects, R3);
        WorkAddress(R1, R2);
        code.Store(BpfSize.Double, R1, 0, R0).Bind(end);
    }

    /// <summary>The place of an object to copy, whose number is in <paramref name="index"/>, which is lost.</summary>
    private void WorkAddress(BpfRegister address, BpfRegister index) =>
        code.Alu(BpfOperation.ShiftLeft, index, 3).Move(address, R7).Alu(BpfOperation.Add, address, ScratchLayout.WorkOffset).Alu(BpfOperation.Add, address, index);

    /// <summary>R1 = where the next region begins; jumps when there is no room for one.</summary>
    private void Region(RecordPlace place, BpfLabel none)
    {
        code.Load(BpfSize.Double, R2, R7, Places.Length).JumpIf(BpfCondition.Greater, R2, LastRegion, none);
        Destination(place.FixedSize, place.Before, none);
        code.Alu(BpfOperation.Add, R1, R2);
    }

    /// <summary>Makes the verifier forget what it knows of a number and where it came from.</summary>
    private void Forget(BpfRegister number) => code.Store(BpfSize.Double, R7, Places.Unknown, number).Load(BpfSize.Double, number, R7, Places.Unknown);

    // At the head of a loop everything that is compared with the pass before must be alike, also what is not used any more: registers, and what expressions left on the stack.
    private void Settle()
    {
        foreach (var register in (ReadOnlySpan<BpfRegister>)[R0, R1, R2, R3, R4, R5, R9])
            code.Load(BpfSize.Double, register, R7, Places.Unknown);
        var mark = frame.Mark;
        for (var k = 0; k < StackOfExpressions; k++)
            code.Load(BpfSize.Double, R0, R7, Places.Unknown).Store(BpfSize.Double, R10, frame.Reserve(sizeof(ulong)), R0);
        frame.ReleaseTo(mark);
    }

    private readonly record struct RecordPlace(int FixedSize, int Before);

    /// <summary>What the program knows while it takes a picture: offsets in the scratch slot.</summary>
    private static class Places
    {
        public const short Length = ScratchLayout.PictureOffset;
        public const short Objects = Length + 8;
        public const short Index = Objects + 8;
        public const short Address = Index + 8;
        public const short Items = Address + 8;
        public const short Stride = Items + 8;
        public const short Wanted = Stride + 8;
        public const short First = Wanted + 8;
        public const short Second = First + 8;
        public const short Item = Second + 8;
        public const short Unknown = Item + 8;
        public const short Variables = Unknown + 8;
    }
}

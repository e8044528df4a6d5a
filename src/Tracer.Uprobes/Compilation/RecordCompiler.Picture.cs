using Tracer.Bpf;
using Tracer.Core.Evaluation;
using Tracer.Core.Expressions;
using Tracer.Core.Pictures;
using Tracer.Core.Records;
using static Tracer.Bpf.BpfRegister;

namespace Tracer.Uprobes.Compilation;

/// <content>
/// Pictures: what <see cref="ExpressionEvaluator.ReadPicture"/> does. All that a loop changes lies on the stack and begins with a zero that the verifier cannot know,
/// so that one pass stands for all (see the loops of expressions).
/// </content>
internal sealed partial class RecordCompiler
{
    private const int LastRegion = PictureExpression.Capacity - PictureLayout.HeaderSize - PictureExpression.MaximumBytes;

    private void Picture(PictureExpression picture, MemoryPlace slot, int fixedSize, int before)
    {
        var mark = frame.Mark;
        var p = new PicturePlaces(frame);
        var place = new RecordPlace(fixedSize, before);
        var head = code.NewLabel();
        var done = code.NewLabel();
        var never = code.NewLabel();
        UnknownZero(p.Zero);
        Settle(p, [p.Length, p.Objects, p.Index]);
        foreach (var area in picture.Start)
            Area(area, picture.Shape.PointerMask, isStart: true, p, place);

        var outer = expressions.UseLoopVariables(p.Variables);
        code.Bind(head);
        Settle(p, p.OfArea);
        code.MayGoto(done)
            .Load(BpfSize.Double, R0, R10, p.Index).Load(BpfSize.Double, R1, R10, p.Objects).JumpIf(BpfCondition.GreaterOrEqual, R0, R1, done)
            .JumpIf(BpfCondition.GreaterOrEqual, R0, PictureExpression.MaximumObjects, done);
        WorkAddress(R1, R0);
        code.Load(BpfSize.Double, R0, R1, 0).Store(BpfSize.Double, R10, p.Variables, R0);
        for (var k = 0; k < picture.Shape.Variables.Count; k++)
        {
            var fail = code.NewLabel();
            var known = code.NewLabel();
            expressions.Evaluate(picture.Shape.Variables[k], fail);
            if (code.IsReferenced(fail))
                code.Jump(known).Bind(fail).Move(R0, 0).Bind(known);
            Forget(R0, p);
            code.Store(BpfSize.Double, R10, (short)(p.Variables + ((k + 1) * sizeof(ulong))), R0);
        }

        foreach (var area in picture.Shape.Areas)
            Area(area, picture.Shape.PointerMask, isStart: false, p, place);
        code.Load(BpfSize.Double, R0, R10, p.Index).Alu(BpfOperation.Add, R0, 1);
        Forget(R0, p);
        code.Store(BpfSize.Double, R10, p.Index, R0).Jump(head).Bind(done);
        expressions.UseLoopVariables(outer);

        // The bound always holds; it is for the verifier.
        code.Load(BpfSize.Double, R0, R10, p.Length).JumpIf(BpfCondition.Greater, R0, PictureExpression.Capacity, never)
            .Load(BpfSize.Double, R9, R7, ScratchLayout.CursorOffset)
            .Store(BpfSize.Double, slot.Base, slot.Offset, 0)
            .Store(BpfSize.Double, slot.Base, slot.Plus(RecordLayout.SlotTextBytesOffset).Offset, R0)
            .Alu(BpfOperation.Add, R9, R0).Store(BpfSize.Double, R7, ScratchLayout.CursorOffset, R9)
            .Bind(never);
        frame.ReleaseTo(mark);
    }

    private void Area(PictureArea area, ulong mask, bool isStart, PicturePlaces p, RecordPlace place)
    {
        var end = code.NewLabel();
        var fail = isStart ? code.NewLabel() : end;
        var known = code.NewLabel();
        var bounded = code.NewLabel();
        var copied = code.NewLabel();
        expressions.Evaluate(area.Stride, fail);
        code.Alu(BpfOperation.And, R0, 0xff).Store(BpfSize.Double, R10, p.Stride, R0);
        expressions.Evaluate(area.Count, fail);
        code.Store(BpfSize.Double, R10, p.Items, R0);
        expressions.Evaluate(area.Address, fail);
        code.Store(BpfSize.Double, R10, p.Address, R0);
        if (!isStart)
            code.JumpIf(BpfCondition.Equal, R0, 0, end);
        else if (code.IsReferenced(fail))
            code.Jump(known).Bind(fail).Move(R0, 0).Store(BpfSize.Double, R10, p.Address, R0).Store(BpfSize.Double, R10, p.Items, R0).Store(BpfSize.Double, R10, p.Stride, R0).Bind(known);

        code.Load(BpfSize.Double, R2, R10, p.Items).JumpIf(BpfCondition.Greater, R2, PictureExpression.MaximumBytes, bounded)
            .Load(BpfSize.Double, R1, R10, p.Stride).Alu(BpfOperation.Multiply, R2, R1)
            .Bind(bounded);
        var fits = code.NewLabel();
        code.JumpIf(BpfCondition.LessOrEqual, R2, PictureExpression.MaximumBytes, fits).Move(R2, PictureExpression.MaximumBytes).Bind(fits);
        Forget(R2, p);
        code.Store(BpfSize.Double, R10, p.Wanted, R2);
        if (!isStart)
            code.JumpIf(BpfCondition.Equal, R2, 0, end);

        Region(p, place, end);
        code.Load(BpfSize.Double, R3, R10, p.Address).Store(BpfSize.Double, R1, 0, R3)
            .Load(BpfSize.Double, R2, R10, p.Wanted).Store(BpfSize.Double, R1, PictureLayout.LengthOffset, R2)
            .JumpIf(BpfCondition.Greater, R2, PictureExpression.MaximumBytes, end)
            .Alu(BpfOperation.Add, R1, PictureLayout.HeaderSize).Call(BpfHelper.ProbeReadUser).JumpIf(BpfCondition.Equal, R0, 0, copied);
        Region(p, place, end);
        code.Load(BpfSize.Double, R3, R10, p.Address).Load(BpfSize.Double, R2, R10, p.Wanted).JumpIf(BpfCondition.Greater, R2, PictureExpression.MaximumBytes, end)
            .Alu(BpfOperation.Add, R1, PictureLayout.HeaderSize).Call(BpfHelper.CopyFromUser).JumpIf(BpfCondition.Equal, R0, 0, copied);
        if (isStart)
        {
            Region(p, place, end);
            code.Move(R0, 0).Store(BpfSize.Double, R1, PictureLayout.LengthOffset, R0).Store(BpfSize.Double, R10, p.Wanted, R0);
        }
        else
        {
            code.Jump(end);
        }

        code.Bind(copied).Load(BpfSize.Double, R0, R10, p.Wanted).Move(R2, R0).Alu(BpfOperation.Add, R0, 7).Alu(BpfOperation.And, R0, ~7)
            .Load(BpfSize.Double, R1, R10, p.Length).Alu(BpfOperation.Add, R1, R0).Alu(BpfOperation.Add, R1, PictureLayout.HeaderSize);
        Forget(R1, p);
        code.Store(BpfSize.Double, R10, p.Length, R1);
        if (area.Pointer is not ConstantExpression { Value: > byte.MaxValue })
        {
            code.JumpIf(BpfCondition.Equal, R2, 0, end);
            Follow(area, mask, p, end);
        }

        code.Bind(end);
    }

    private void Follow(PictureArea area, ulong mask, PicturePlaces p, BpfLabel end)
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
            code.Store(BpfSize.Double, R10, p.Second, R0);
        }

        expressions.Evaluate(area.Pointer, end);
        code.Store(BpfSize.Double, R10, p.First, R0).Load(BpfSize.Double, R1, R10, p.Stride).JumpIf(BpfCondition.GreaterOrEqual, R0, R1, end)
            .Load(BpfSize.Double, R0, R10, p.Zero).Store(BpfSize.Double, R10, p.Item, R0)
            .Bind(head);
        Settle(p, p.OfItem);
        code.MayGoto(end)
            .Load(BpfSize.Double, R0, R10, p.Item).Load(BpfSize.Double, R1, R10, p.Items).JumpIf(BpfCondition.GreaterOrEqual, R0, R1, end)
            .JumpIf(BpfCondition.GreaterOrEqual, R0, PictureExpression.MaximumItems, end);
        Push(p.First, mask, p, end);
        if (hasSecond)
        {
            code.Load(BpfSize.Double, R0, R10, p.Second).Load(BpfSize.Double, R1, R10, p.Stride).JumpIf(BpfCondition.GreaterOrEqual, R0, R1, next);
            Push(p.Second, mask, p, end);
            code.Bind(next);
        }

        code.Load(BpfSize.Double, R0, R10, p.Item).Alu(BpfOperation.Add, R0, 1);
        Forget(R0, p);
        code.Store(BpfSize.Double, R10, p.Item, R0).Jump(head);
    }

    // The object that the pointer of the current item leads to is put behind those that are to be copied.
    private void Push(short pointer, ulong mask, PicturePlaces p, BpfLabel end)
    {
        var read = code.NewLabel();
        var none = code.NewLabel();
        code.Load(BpfSize.Double, R9, R10, p.Item).Load(BpfSize.Double, R0, R10, p.Stride).Alu(BpfOperation.Multiply, R9, R0)
            .Load(BpfSize.Double, R0, R10, p.Address).Alu(BpfOperation.Add, R9, R0).Load(BpfSize.Double, R0, R10, pointer).Alu(BpfOperation.Add, R9, R0)
            .Move(R1, R10).Alu(BpfOperation.Add, R1, p.Buffer).Move(R2, sizeof(ulong)).Move(R3, R9).Call(BpfHelper.ProbeReadUser).JumpIf(BpfCondition.Equal, R0, 0, read)
            .Move(R1, R10).Alu(BpfOperation.Add, R1, p.Buffer).Move(R2, sizeof(ulong)).Move(R3, R9).Call(BpfHelper.CopyFromUser).JumpIf(BpfCondition.NotEqual, R0, 0, end)
            .Bind(read).Load(BpfSize.Double, R0, R10, p.Buffer).LoadConstant(R1, (long)mask).Alu(BpfOperation.And, R0, R1).JumpIf(BpfCondition.Equal, R0, 0, none)
            .Load(BpfSize.Double, R2, R10, p.Objects).JumpIf(BpfCondition.GreaterOrEqual, R2, PictureExpression.MaximumObjects, end)
            .Move(R3, R2).Alu(BpfOperation.Add, R3, 1);
        Forget(R3, p);
        code.Store(BpfSize.Double, R10, p.Objects, R3);
        WorkAddress(R1, R2);
        code.Store(BpfSize.Double, R1, 0, R0).Bind(none);
    }

    /// <summary>The place of an object to copy, whose number is in <paramref name="index"/>, which is lost.</summary>
    private void WorkAddress(BpfRegister address, BpfRegister index) =>
        code.Alu(BpfOperation.ShiftLeft, index, 3).Move(address, R7).Alu(BpfOperation.Add, address, ScratchLayout.WorkOffset).Alu(BpfOperation.Add, address, index);

    /// <summary>R1 = where the next region begins; jumps when there is no room for one.</summary>
    private void Region(PicturePlaces p, RecordPlace place, BpfLabel none)
    {
        code.Load(BpfSize.Double, R2, R10, p.Length).JumpIf(BpfCondition.Greater, R2, LastRegion, none);
        Destination(place.FixedSize, place.Before, none);
        code.Alu(BpfOperation.Add, R1, R2);
    }

    /// <summary>A zero that the verifier does not know: what copying no bytes returns; in R0 too.</summary>
    private void UnknownZero(short place) =>
        code.Move(R1, R10).Alu(BpfOperation.Add, R1, place).Store(BpfSize.Double, R10, place, 0).Move(R2, 0).Move(R3, 0).Call(BpfHelper.CopyFromUser)
            .Store(BpfSize.Double, R10, place, R0);

    /// <summary>Makes the verifier forget what it knows of a number, so that what follows is the same to it whatever came before; R5 is lost.</summary>
    private void Forget(BpfRegister number, PicturePlaces p) => code.Load(BpfSize.Double, R5, R10, p.Zero).Alu(BpfOperation.Add, number, R5);

    // At the head of a loop everything that is compared with the pass before must be alike, also what is not used any more.
    private void Settle(PicturePlaces p, ReadOnlySpan<short> places)
    {
        code.Load(BpfSize.Double, R0, R10, p.Zero).Move(R1, R0);
        foreach (var place in places)
            code.Alu(BpfOperation.Add, R1, R0).Store(BpfSize.Double, R10, place, R1);
        foreach (var register in (ReadOnlySpan<BpfRegister>)[R2, R3, R4, R5, R9])
            code.Move(register, R1).Alu(BpfOperation.Add, register, R0);
    }

    private readonly record struct RecordPlace(int FixedSize, int Before);

    /// <summary>What the program knows while it takes a picture, on its stack.</summary>
    private sealed class PicturePlaces(StackFrame frame)
    {
        public short Zero { get; } = frame.Reserve(8);

        public short Length { get; } = frame.Reserve(8);

        public short Objects { get; } = frame.Reserve(8);

        public short Index { get; } = frame.Reserve(8);

        public short Address { get; } = frame.Reserve(8);

        public short Items { get; } = frame.Reserve(8);

        public short Stride { get; } = frame.Reserve(8);

        public short Wanted { get; } = frame.Reserve(8);

        public short First { get; } = frame.Reserve(8);

        public short Second { get; } = frame.Reserve(8);

        public short Item { get; } = frame.Reserve(8);

        public short Buffer { get; } = frame.Reserve(8);

        /// <summary>What an area and what is behind it leave.</summary>
        public short[] OfArea => [Address, Items, Stride, Wanted, First, Second, Item, Buffer, .. Enumerable.Range(0, PictureExpression.MaximumVariables).Select(k => (short)(Variables + (k * 8)))];

        /// <summary>What following a pointer leaves.</summary>
        public short[] OfItem => [Buffer];

        public short Variables { get; } = frame.Reserve(PictureExpression.MaximumVariables * 8);
    }
}

using Tracer.Bpf;
using Tracer.Core.Evaluation;
using Tracer.Core.Expressions;
using Tracer.Core.Records;
using static Tracer.Bpf.BpfRegister;

namespace Tracer.Uprobes.Compilation;

/// <content>Texts that are told once (<see cref="InternedTexts"/>). What is known of them is in the scratch slot: their number, 0 nothing, -1 that they are to be told.</content>
internal sealed partial class RecordCompiler
{
    private const int FlagsShift = 48;
    private const int ToTell = -1;

    /// <summary>Looks the owner up; one that is new is taken note of, so that no other thread tells its texts too.</summary>
    private void LookUp(InternedTexts texts)
    {
        var mark = frame.Mark;
        var zero = frame.Reserve(sizeof(ulong));
        var unknown = code.NewLabel();
        var absent = code.NewLabel();
        var known = code.NewLabel();
        expressions.Evaluate(texts.Owner, unknown);
        code.Store(BpfSize.Double, R7, ScratchLayout.OwnerOffset, R0);
        Entry(texts);
        code.Call(BpfHelper.MapLookup).JumpIf(BpfCondition.Equal, R0, 0, absent).Load(BpfSize.Double, R0, R0, 0).Jump(known)
            .Bind(absent).Store(BpfSize.Double, R10, zero, 0);
        Entry(texts);
        code.Move(R3, R10).Alu(BpfOperation.Add, R3, zero).Move(R4, (int)BpfUpdateMode.NoExist).Call(BpfHelper.MapUpdate)
            .JumpIf(BpfCondition.NotEqual, R0, 0, unknown).Move(R0, ToTell).Jump(known)
            .Bind(unknown).Move(R0, 0)
            .Bind(known).Store(BpfSize.Double, R7, ScratchLayout.KnowledgeOffset, R0);
        frame.ReleaseTo(mark);
    }

    /// <summary>Writes a text's number, or jumps when it has none.</summary>
    private void Number(MemoryPlace slot, BpfLabel none) =>
        code.Load(BpfSize.Double, R0, R7, ScratchLayout.KnowledgeOffset).JumpIf(BpfCondition.Equal, R0, 0, none).JumpIf(BpfCondition.Equal, R0, ToTell, none)
            .Store(BpfSize.Double, slot.Base, slot.Offset, R0)
            .LoadConstant(R0, (long)InternedTexts.KnownFlag << FlagsShift).Store(BpfSize.Double, slot.Base, slot.Plus(RecordLayout.SlotTextBytesOffset).Offset, R0);

    /// <summary>Before the record is sent: texts that are to be told get a number, which is put behind them, unless one of them could not be read.</summary>
    private void Tell(InternedTexts texts, MemoryPlace record, int fixedSize, int before)
    {
        var end = code.NewLabel();
        var unreadable = code.NewLabel();
        code.Load(BpfSize.Double, R0, R7, ScratchLayout.KnowledgeOffset).JumpIf(BpfCondition.NotEqual, R0, ToTell, end);
        foreach (var k in texts.Values)
            code.Load(BpfSize.Byte, R0, record.Base, SlotOf(record, k).Plus(RecordLayout.SlotStatusOffset).Offset).JumpIf(BpfCondition.Greater, R0, (int)EvaluationStatus.Truncated, unreadable);
        foreach (var k in texts.Values)
            code.Store(BpfSize.Byte, record.Base, SlotOf(record, k).Plus(RecordLayout.SlotFlagsOffset).Offset, InternedTexts.ToldFlag);
        Destination(fixedSize, before, unreadable);
        code.LoadMapValue(R3, maps.LastNumber, 0).Move(R2, 1).Atomic(BpfAtomicOperation.FetchAdd, BpfSize.Double, R3, 0, R2).Alu(BpfOperation.Add, R2, 1)
            .Store(BpfSize.Double, R7, ScratchLayout.NumberOffset, R2).Store(BpfSize.Double, R1, 0, R2)
            .Alu(BpfOperation.Add, R9, sizeof(ulong)).Store(BpfSize.Double, R7, ScratchLayout.CursorOffset, R9).Jump(end)
            .Bind(unreadable);
        Entry(texts);
        code.Call(BpfHelper.MapDelete).Store(BpfSize.Double, R7, ScratchLayout.KnowledgeOffset, 0).Bind(end);
    }

    /// <summary>When the record was sent, which R0 says by zero, its number is known from now on. R0 stays as it is.</summary>
    private void Publish(InternedTexts texts)
    {
        var mark = frame.Mark;
        var result = frame.Reserve(sizeof(ulong));
        var end = code.NewLabel();
        var lost = code.NewLabel();
        code.Store(BpfSize.Double, R10, result, R0).Load(BpfSize.Double, R1, R7, ScratchLayout.KnowledgeOffset).JumpIf(BpfCondition.NotEqual, R1, ToTell, end)
            .JumpIf(BpfCondition.NotEqual, R0, 0, lost);
        Entry(texts);
        code.Call(BpfHelper.MapLookup).JumpIf(BpfCondition.Equal, R0, 0, end)
            .Load(BpfSize.Double, R1, R7, ScratchLayout.NumberOffset).Store(BpfSize.Double, R0, 0, R1).Jump(end)
            .Bind(lost);
        Entry(texts);
        code.Call(BpfHelper.MapDelete).Bind(end).Load(BpfSize.Double, R0, R10, result);
        frame.ReleaseTo(mark);
    }

    /// <summary>Writes a number of the owner: from the map where it is, else computed, and kept when the owner has a number.</summary>
    private void Owned(OwnedExpression value, MemoryPlace slot)
    {
        var absent = code.NewLabel();
        var compute = code.NewLabel();
        var fail = code.NewLabel();
        var done = code.NewLabel();
        code.Store(BpfSize.Double, R7, ScratchLayout.KeepOffset, 0).Load(BpfSize.Double, R0, R7, ScratchLayout.KnowledgeOffset)
            .JumpIf(BpfCondition.Equal, R0, 0, compute).JumpIf(BpfCondition.Equal, R0, ToTell, compute).Store(BpfSize.Double, R10, _ownerKey, R0);
        expressions.Evaluate(value.Key, compute);
        code.Store(BpfSize.Double, R10, (short)(_ownerKey + sizeof(ulong)), R0);
        Kept();
        code.Call(BpfHelper.MapLookup).JumpIf(BpfCondition.Equal, R0, 0, absent).Load(BpfSize.Double, R0, R0, 0)
            .Store(BpfSize.Double, slot.Base, slot.Offset, R0).Store(BpfSize.Double, slot.Base, slot.Plus(RecordLayout.SlotTextBytesOffset).Offset, 0).Jump(done)
            .Bind(absent).Store(BpfSize.Double, R7, ScratchLayout.KeepOffset, 1)
            .Bind(compute);
        expressions.Evaluate(value.Value, fail);
        code.Store(BpfSize.Double, slot.Base, slot.Offset, R0).Store(BpfSize.Double, slot.Base, slot.Plus(RecordLayout.SlotTextBytesOffset).Offset, 0)
            .Load(BpfSize.Double, R1, R7, ScratchLayout.KeepOffset).JumpIf(BpfCondition.Equal, R1, 0, done);
        Kept();
        code.Move(R3, slot.Base).Alu(BpfOperation.Add, R3, slot.Offset).Move(R4, (int)BpfUpdateMode.Any).Call(BpfHelper.MapUpdate);
        if (code.IsReferenced(fail))
        {
            code.Jump(done).Bind(fail);
            StoreSlot(slot);
        }

        code.Bind(done);

        void Kept() => code.LoadMap(R1, maps.OwnedNumbers).Move(R2, R10).Alu(BpfOperation.Add, R2, _ownerKey);
    }

    private static MemoryPlace SlotOf(MemoryPlace record, int value) => record.Plus(RecordLayout.HeaderSize + (value * RecordLayout.SlotSize));

    /// <summary>R1 and R2 = the map and the key of the owner.</summary>
    private void Entry(InternedTexts texts)
    {
        code.Load(BpfSize.Double, R0, R7, ScratchLayout.OwnerOffset);
        OwnerKey.Write(code, _ownerKey, kernel, isShared: maps.Image is not null);
        code.LoadMap(R1, maps.NumbersOf(texts)).Move(R2, R10).Alu(BpfOperation.Add, R2, _ownerKey);
    }
}

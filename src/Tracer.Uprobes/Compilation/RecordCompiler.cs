using Tracer.Bpf;
using Tracer.Core.Expressions;
using Tracer.Core.Plans;
using Tracer.Core.Records;
using static Tracer.Bpf.BpfRegister;

namespace Tracer.Uprobes.Compilation;

/// <summary>
/// Compiles the recording of an event: header, values, output to the ring. A small record without text is built on the stack, any other in a
/// claimed scratch slot; both are copied to the ring with the size they really have. The ring is not reserved beforehand because a
/// reservation held while a page is awaited would hold up the reader. Texts are in RecordCompiler.Text.cs.
/// </summary>
internal sealed partial class RecordCompiler(
    BpfAssembler code, StackFrame frame, ExpressionCompiler expressions, ExpressionGraph graph, KernelInterface kernel, IProgramMaps maps, AttachCookie cookie, int textLimit)
{
    private const int MostStackValues = 6;
    private const int MostStackKnown = 4;

    private const int AvailableData = 0; // BPF_RB_AVAIL_DATA

    private short _ownerKey;

    /// <summary>Records an event whose index is the cookie plus <paramref name="delta"/>; values that fail say so in their slot.</summary>
    public void Emit(Emission emission, int delta)
    {
        var mark = frame.Mark;
        var values = emission.Values.Select(v => v.Expression).ToArray();
        var interned = OwnerKey.IsKnown(kernel) ? InternedTexts.Of(emission, graph) : null;
        // What only texts and numbers need that are known already is not read.
        var certain = interned is null ? values : [.. values.Where((_, k) => !interned.Values.Contains(k) && !interned.Numbers.Contains(k)), interned.Owner];
        var shared = SharedExpressions.Find(graph, certain, ScratchLayout.MostKnown);
        var onStack = !emission.HasBytes && values.Length <= MostStackValues && shared.Count <= MostStackKnown && !values.Any(HasLoop);
        var index = frame.Reserve(8);
        var fixedSize = RecordLayout.HeaderSize + values.Length * RecordLayout.SlotSize;
        var lost = code.NewLabel();
        var done = code.NewLabel();

        cookie.Load();
        code.Move32(R0, R0);
        if (delta != 0)
            code.Alu(BpfOperation.Add, R0, delta);
        code.Store(BpfSize.Double, R10, index, R0);

        var record = onStack ? new MemoryPlace(R10, frame.Reserve(fixedSize)) : new MemoryPlace(R7, ScratchLayout.RecordOffset);
        if (!onStack)
        {
            ScratchCompiler.Claim(code, frame, maps, lost);
            code.Store(BpfSize.Double, R7, ScratchLayout.CursorOffset, 0);
        }

        Header(record, index);
        Shared(shared, onStack);
        if (interned is not null)
        {
            _ownerKey = frame.Reserve(OwnerKey.Size);
            LookUp(interned);
        }

        var before = 0;
        for (var k = 0; k < values.Length; k++)
        {
            var slot = record.Plus(RecordLayout.HeaderSize + k * RecordLayout.SlotSize);
            if (values[k] is StackExpression stack)
                Stack(stack, slot, fixedSize, before);
            else if (values[k] is PictureExpression picture)
                Picture(picture, slot, fixedSize, before);
            else if (values[k].Type is TextType)
                Text(values[k], slot, fixedSize, before, interned?.Values.Contains(k) == true);
            else if (interned?.Numbers.Contains(k) == true)
                Owned((OwnedExpression)values[k], slot);
            else
                Value(values[k], slot);
            before += RecordLayout.BytesOf(values[k], textLimit);
        }

        Output(record, fixedSize, before, onStack, interned);
        code.JumpIf(BpfCondition.Equal, R0, 0, done)
            .Bind(lost).Load(BpfSize.Double, R1, R10, index);
        LossCounter.Increment(code, maps.Losses, frame);
        code.Bind(done);
        frame.ReleaseTo(mark);
    }

    private bool HasLoop(Expression expression) => HasLoop(graph.IdOf(expression));

    private bool HasLoop(int id) => graph[id].ReadsMemory && (graph[id].Expression is IterateExpression or TextCompareExpression or VariableExpression || graph[id].Children.Any(HasLoop));

    private void Header(MemoryPlace record, short index)
    {
        expressions.LoadTime();
        code.Store(BpfSize.Double, record.Base, record.Plus(RecordLayout.TimeOffset).Offset, R0)
            .Call(BpfHelper.GetProcessAndThread).Store(BpfSize.Double, record.Base, record.Plus(RecordLayout.PidTgidOffset).Offset, R0)
            .Call(BpfHelper.GetProcessorId).Store(BpfSize.Word, record.Base, record.Plus(RecordLayout.CpuOffset).Offset, R0)
            .Load(BpfSize.Double, R0, R10, index).Store(BpfSize.Word, record.Base, record.Plus(RecordLayout.EmissionOffset).Offset, R0)
            .Move(R1, record.Base).Alu(BpfOperation.Add, R1, record.Plus(RecordLayout.CommOffset).Offset)
            .Move(R2, RecordLayout.CommSize).Call(BpfHelper.GetThreadName);
    }

    /// <summary>Evaluates what several values need, once, with its status.</summary>
    private void Shared(IReadOnlyList<int> shared, bool onStack)
    {
        var start = onStack ? new MemoryPlace(R10, frame.Reserve(shared.Count * ScratchLayout.KnownSize)) : new MemoryPlace(R7, ScratchLayout.KnownOffset);
        expressions.EvaluateAhead(shared, start);
    }

    // The second half of a slot is written at once: text bytes, then the status from bit 32, then the charset from bit 40.
    private void Value(Expression expression, MemoryPlace slot)
    {
        var fail = code.NewLabel();
        expressions.Evaluate(expression, fail);
        code.Move(R1, 0).Bind(fail);
        StoreSlot(slot);
    }

    /// <summary>Writes a slot without text: the value is in R0, the status (and the charset from bit 8 on) in R1.</summary>
    private void StoreSlot(MemoryPlace slot) =>
        code.Alu(BpfOperation.ShiftLeft, R1, 32)
            .Store(BpfSize.Double, slot.Base, slot.Offset, R0)
            .Store(BpfSize.Double, slot.Base, slot.Plus(RecordLayout.SlotTextBytesOffset).Offset, R1);

    /// <summary>Sends the record and frees the scratch slot; R0 is zero when it was sent.</summary>
    private void Output(MemoryPlace record, int fixedSize, int mostBytes, bool onStack, InternedTexts? interned)
    {
        if (interned is not null)
        {
            Tell(interned, record, fixedSize, mostBytes);
            mostBytes += sizeof(ulong);
        }

        var wake = code.NewLabel();
        var tooLong = code.NewLabel();
        code.LoadMap(R1, maps.Ring).Move(R2, AvailableData).Call(BpfHelper.RingBufferQuery)
            .Move(R4, (int)RingBufferFlags.ForceWakeup)
            .LoadConstant(R1, maps.WakeThreshold).JumpIf(BpfCondition.GreaterOrEqual, R0, R1, wake)
            .Move(R4, (int)RingBufferFlags.NoWakeup).Bind(wake)
            .LoadMap(R1, maps.Ring).Move(R2, record.Base).Alu(BpfOperation.Add, R2, record.Offset);
        if (mostBytes == 0)
        {
            code.Move(R3, fixedSize).Call(BpfHelper.RingBufferOutput);
        }
        else
        {
            // The bound always holds; it is for the verifier.
            code.Load(BpfSize.Double, R3, R7, ScratchLayout.CursorOffset).Move(R0, 1)
                .JumpIf(BpfCondition.Greater, R3, mostBytes, tooLong)
                .Alu(BpfOperation.Add, R3, fixedSize).Call(BpfHelper.RingBufferOutput).Bind(tooLong);
        }

        if (interned is not null)
            Publish(interned);
        if (!onStack)
            ScratchCompiler.Release(code);
    }
}

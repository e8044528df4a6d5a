using Tracer.Bpf;
using Tracer.Core.Expressions;
using Tracer.Core.Plans;
using static Tracer.Bpf.BpfRegister;

namespace Tracer.Uprobes.Compilation;

/// <summary>
/// Compiles the taking of a value into a row: the value, the key, the row of that key (made when it is new), its cells for this CPU. A table without keys is
/// an array that needs no lookup.
/// </summary>
internal sealed class AggregateCompiler(BpfAssembler code, StackFrame frame, ExpressionCompiler expressions, KernelInterface kernel, IProgramMaps maps, TracePlan plan)
{
    // A key is built on the stack while it is no larger, and in a scratch slot otherwise.
    private const int LargestKeyOnStack = 176;

    private readonly CellCompiler _cells = new(code, maps);

    /// <summary>Compiles an action; literals among its keys are numbered from <paramref name="nextLiteral"/> on.</summary>
    public void Compile(AggregateAction action, short literalBase, ref int nextLiteral)
    {
        var mark = frame.Mark;
        var index = plan.Aggregations.TakeWhile(a => a != action.Aggregation).Count();
        var value = frame.Reserve(8);
        var noRoom = code.NewLabel();
        var unreadable = code.NewLabel();
        var end = code.NewLabel();
        if (action.Value is not null)
        {
            expressions.Evaluate(action.Value, unreadable);
            code.Store(BpfSize.Double, R10, value, R0);
        }

        if (action.Keys.Count == 0)
            SingleRow(action, value, noRoom);
        else if (maps.KeysOf(action.Aggregation).HasStack)
            StackRow(action, value, literalBase, ref nextLiteral, noRoom);
        else
            KeyedRow(action, value, literalBase, ref nextLiteral, noRoom, end);
        code.Jump(end);
        if (code.IsReferenced(unreadable))
        {
            code.Bind(unreadable).Move(R1, plan.Counters.ValueFaults(index));
            LossCounter.Increment(code, maps.Losses, frame);
            code.Jump(end);
        }
        else
        {
            code.Bind(unreadable);
        }

        code.Bind(noRoom).Move(R1, plan.Counters.Overflow(index));
        LossCounter.Increment(code, maps.Losses, frame);
        code.Bind(end);
        frame.ReleaseTo(mark);
    }

    private void SingleRow(AggregateAction action, short value, BpfLabel noRoom)
    {
        var map = maps.SingleRow(action.Aggregation, out var stride);
        code.Call(BpfHelper.GetProcessorId).JumpIf(BpfCondition.GreaterOrEqual, R0, maps.Processors, noRoom)
            .Alu(BpfOperation.Multiply, R0, stride).LoadMapValue(R8, map, 0).Alu(BpfOperation.Add, R8, R0);
        Take(action, value, noRoom);
    }

    private void KeyedRow(AggregateAction action, short value, short literalBase, ref int nextLiteral, BpfLabel noRoom, BpfLabel end)
    {
        var layout = maps.KeysOf(action.Aggregation);
        var keys = new KeyCompiler(code, frame, expressions, kernel, maps, layout);
        var capacities = layout.Capacities;
        var onStack = layout.SizeOf(capacities[0]) <= LargestKeyOnStack;
        var head = new MemoryPlace(R10, frame.Reserve(onStack ? layout.SizeOf(capacities[0]) : layout.TextsOffset));
        keys.WriteHead(action.Keys, head, literalBase, ref nextLiteral);
        var first = 0;
        if (onStack)
        {
            var tooLong = code.NewLabel();
            keys.WriteTexts(head, capacities[0], tooLong);
            Row(action, head, capacities[0], value, noRoom);
            first = 1;
            if (!code.IsReferenced(tooLong))
            {
                code.Bind(tooLong);
                return;
            }

            code.Jump(end).Bind(tooLong);
        }

        // Larger keys are built in a scratch slot, which is given back whatever comes of it.
        var released = code.NewLabel();
        var failed = code.NewLabel();
        ScratchCompiler.Claim(code, frame, maps, noRoom);
        var key = new MemoryPlace(R7, ScratchLayout.RecordOffset);
        for (var k = first; k < capacities.Count; k++)
        {
            var tooLong = code.NewLabel();
            keys.CopyHead(head, key);
            keys.WriteTexts(key, capacities[k], tooLong);
            Row(action, key, capacities[k], value, failed);
            code.Jump(released).Bind(tooLong);
            if (!code.IsReferenced(tooLong))
                break;
        }

        code.Bind(failed);
        ScratchCompiler.Release(code);
        code.Jump(noRoom).Bind(released);
        ScratchCompiler.Release(code);
    }

    /// <summary>A row whose key is a stack, perhaps beside integers: its frames are walked into the key of the smallest map that they fit into.</summary>
    private void StackRow(AggregateAction action, short value, short literalBase, ref int nextLiteral, BpfLabel noRoom)
    {
        var layout = maps.KeysOf(action.Aggregation);
        var keys = new KeyCompiler(code, frame, expressions, kernel, maps, layout);
        var head = new MemoryPlace(R10, frame.Reserve(layout.TextsOffset));
        keys.WriteHead(action.Keys, head, literalBase, ref nextLiteral);
        var released = code.NewLabel();
        var failed = code.NewLabel();
        ScratchCompiler.Claim(code, frame, maps, noRoom);
        var key = new MemoryPlace(R7, ScratchLayout.RecordOffset);
        keys.CopyHead(head, key);
        var index = action.Keys.TakeWhile(k => k.Type is not StackType).Count();
        var chain = ((StackExpression)action.Keys[index]).Chain ?? throw new CompilationException("a stack that must be unwound is a key");
        new FrameChainCompiler(code, frame).Walk(chain, key.Plus(layout.TextOf(index, 0)), key.Plus(KernelKeyLayout.SlotOf(index)), layout.Capacities, capacity =>
        {
            Row(action, key, capacity, value, failed);
            code.Jump(released);
        });
        code.Bind(failed);
        ScratchCompiler.Release(code);
        code.Jump(noRoom).Bind(released);
        ScratchCompiler.Release(code);
    }

    /// <summary>Finds the row of a key, or makes it, and takes the value into its cells.</summary>
    private void Row(AggregateAction action, MemoryPlace key, int capacity, short value, BpfLabel noRoom)
    {
        var map = maps.Rows(action.Aggregation, capacity, out var lanes, out var stride);
        var found = code.NewLabel();
        Lookup();
        code.JumpIf(BpfCondition.NotEqual, R0, 0, found)
            .LoadMap(R1, map).Move(R2, key.Base).Alu(BpfOperation.Add, R2, key.Offset)
            .LoadMapValue(R3, maps.Zeros, 0).Move(R4, (int)BpfUpdateMode.NoExist).Call(BpfHelper.MapUpdate);
        // Whoever made it, it is there now unless the map is full.
        Lookup();
        code.JumpIf(BpfCondition.Equal, R0, 0, noRoom).Bind(found).Move(R8, R0);
        if (lanes > 1)
        {
            code.Call(BpfHelper.GetProcessorId).Alu(BpfOperation.And, R0, lanes - 1).Alu(BpfOperation.Multiply, R0, stride).Alu(BpfOperation.Add, R8, R0);
        }

        Take(action, value, noRoom);

        void Lookup() => code.LoadMap(R1, map).Move(R2, key.Base).Alu(BpfOperation.Add, R2, key.Offset).Call(BpfHelper.MapLookup);
    }

    private void Take(AggregateAction action, short value, BpfLabel failed)
    {
        if (action.Value is not null)
            code.Load(BpfSize.Double, R9, R10, value);
        _cells.Add(action.Aggregation, failed);
    }
}

using Tracer.Bpf;
using Tracer.Core.Evaluation;
using Tracer.Core.Expressions;
using Tracer.Elf;
using static Tracer.Bpf.BpfRegister;

namespace Tracer.Uprobes.Compilation;

/// <summary>
/// Compiles expressions to instructions with the meaning that <see cref="ExpressionEvaluator"/> and <see cref="IntegerMath"/> give them. This
/// part: leaves, memory, conditionals and loops; the others have operators, comparisons of text, and what a hit knows of itself.
/// </summary>
/// <remarks>
/// The code leaves the value in R0, or jumps to the caller's label with what the evaluator would return: the value in R0 and an
/// <see cref="EvaluationStatus"/> in R1. R6 is the context (pt_regs) and R7 the scratch slot; R9 is used, R8 is not.
/// No instruction may be unreachable (the verifier refuses that), so even a certain failure is written as a conditional jump.
/// </remarks>
internal sealed partial class ExpressionCompiler(
    BpfAssembler code, StackFrame frame, ExpressionGraph graph, KernelInterface kernel, IProgramMaps maps, int textLimit)
{
    private readonly Dictionary<int, MemoryPlace> _known = [];
    private readonly short _buffer = frame.Reserve(8);
    private MemoryPlace _variables;
    private short _savedValues;
    private int _savedCount;

    /// <summary>Says where the values of the frame's entry lie that <see cref="SavedExpression"/> reads.</summary>
    public void UseSavedValues(short stackOffset, int count) => (_savedValues, _savedCount) = (stackOffset, count);

    /// <summary>Says where the value (u64) and status (u64) of an expression lie that was evaluated already.</summary>
    public void Remember(int id, MemoryPlace place) => _known[id] = place;

    /// <summary>Evaluates these now, each with its status, into places one after the other from <paramref name="start"/> on, and remembers them.</summary>
    public void EvaluateAhead(IReadOnlyList<int> ids, MemoryPlace start)
    {
        for (var k = 0; k < ids.Count; k++)
        {
            var place = start.Plus(k * ScratchLayout.KnownSize);
            var fail = code.NewLabel();
            Evaluate(graph[ids[k]].Expression, fail);
            code.Move(R1, 0).Bind(fail)
                .Store(BpfSize.Double, place.Base, place.Offset, R0).Store(BpfSize.Double, place.Base, place.Plus(8).Offset, R1);
            Remember(ids[k], place);
        }
    }

    /// <summary>Says where the variables of the loop are that is being compiled; returns where those of the loop around it are.</summary>
    public MemoryPlace UseLoopVariables(MemoryPlace place)
    {
        var outer = _variables;
        _variables = place;
        return outer;
    }

    /// <summary>Forgets what was remembered: the places are used for something else.</summary>
    public void Forget()
    {
        _known.Clear();
        _savedCount = 0;
    }

    /// <summary>Evaluates an integer, or the bits of a float, into R0.</summary>
    public void Evaluate(Expression expression, BpfLabel fail)
    {
        if (_known.Count > 0 && _known.TryGetValue(graph.IdOf(expression), out var place))
        {
            code.Load(BpfSize.Double, R0, place.Base, place.Offset).Load(BpfSize.Double, R1, place.Base, (short)(place.Offset + 8))
                .JumpIf(BpfCondition.NotEqual, R1, 0, fail);
            return;
        }

        if (TryLoadLeaf(expression, R0))
            return;
        switch (expression)
        {
            case RegisterExpression { Register: X64Register.FsBase or X64Register.GsBase } r:
                SegmentBase(r.Register == X64Register.FsBase ? "thread.fsbase" : "thread.gsbase", fail);
                break;
            case LoadExpression l:
                LoadMemory(l, fail);
                break;
            case ConvertExpression c:
                Evaluate(c.Operand, fail);
                Extend(R0, c.Target);
                break;
            case FloatExpression f:
                Evaluate(f.Bits, fail);
                break;
            case OwnedExpression o:
                Evaluate(o.Value, fail);
                break;
            case ConditionalExpression c:
                Conditional(c, fail);
                break;
            case UnaryExpression u:
                Unary(u, fail);
                break;
            case BinaryExpression b:
                Binary(b, fail);
                break;
            case IterateExpression i:
                Iterate(i, fail);
                break;
            case TextCompareExpression c:
                Truth(c, fail);
                break;
            case BuiltInExpression b:
                BuiltIn(b, fail);
                break;
            case VariableExpression v:
                ReadVariable(v, fail);
                break;
            default:
                // Vector registers are not in pt_regs; an unavailable value is none by definition.
                Unavailable(fail);
                break;
        }
    }

    /// <summary>Loads what takes one instruction, cannot fail and touches no other register.</summary>
    private bool TryLoadLeaf(Expression expression, BpfRegister destination)
    {
        switch (expression)
        {
            case ConstantExpression c:
                code.LoadConstant(destination, (long)c.Value);
                return true;
            case RegisterExpression r when ContextLayout.OffsetOf(r.Register) is { } offset:
                code.Load(BpfSize.Double, destination, R6, offset);
                return true;
            case LoopVariableExpression v:
                var place = _variables.Plus(v.Index * 8);
                code.Load(BpfSize.Double, destination, place.Base, place.Offset);
                return true;
            case SavedExpression s when s.Slot < _savedCount:
                code.Load(BpfSize.Double, destination, R10, (short)(_savedValues + s.Slot * 8));
                return true;
            default:
                return false;
        }
    }

    // thread.fsbase is what the thread's base was when it last gave up the CPU, or what arch_prctl or clone set since
    // (arch/x86/kernel/process_64.c): only a program that executes wrfsbase itself can be ahead of it for a moment.
    private void SegmentBase(string member, BpfLabel fail)
    {
        if (kernel.TaskMember(member) is { } offset)
            code.Call(BpfHelper.GetTaskTyped).Load(BpfSize.Double, R0, R0, offset);
        else
            Unavailable(fail);
    }

    private void LoadMemory(LoadExpression load, BpfLabel fail)
    {
        var read = code.NewLabel();
        Evaluate(load.Address, fail);
        // What is in memory, as nearly everything is, is read without preparing to wait; only what is not there is waited for.
        code.Move(R9, R0).Move(R3, R0).Move(R2, load.Loaded.Size).Move(R1, R10).Alu(BpfOperation.Add, R1, _buffer).Call(BpfHelper.ProbeReadUser)
            .JumpIf(BpfCondition.Equal, R0, 0, read)
            .Move(R3, R9).Move(R2, load.Loaded.Size).Move(R1, R10).Alu(BpfOperation.Add, R1, _buffer).Call(BpfHelper.CopyFromUser)
            .JumpIf(BpfCondition.Equal, R0, 0, read)
            .Move(R0, R9).Move(R1, (int)EvaluationStatus.Fault).Jump(fail)
            .Bind(read).Load(SizeOf(load.Loaded), R0, R10, _buffer);
        if (load.Loaded.Signed)
            Extend(R0, load.Loaded);
    }

    private void Conditional(ConditionalExpression conditional, BpfLabel fail)
    {
        var otherwise = code.NewLabel();
        var end = code.NewLabel();
        Branch(conditional.Test, otherwise, fail);
        Evaluate(conditional.WhenTrue, fail);
        code.Jump(end).Bind(otherwise);
        Evaluate(conditional.WhenFalse, fail);
        code.Bind(end);
    }

    /// <summary>Evaluates an integer into R0 and R10[<paramref name="place"/>], and a second one behind it; where the first is a loop, the second may use its variables.</summary>
    public void EvaluatePair(Expression first, Expression second, short place, BpfLabel fail)
    {
        if (first is IterateExpression loop)
        {
            Iterate(loop, fail, Second);
            return;
        }

        Evaluate(first, fail);
        Second();

        void Second()
        {
            code.Store(BpfSize.Double, R10, place, R0);
            Evaluate(second, fail);
            code.Store(BpfSize.Double, R10, (short)(place + sizeof(ulong)), R0);
        }
    }

    // The verifier accepts the loop because of may_goto, and gives up counting passes because nothing in it is a constant to it: the counter
    // and the first values begin with a zero that it cannot know, the result of copying no bytes.
    private void Iterate(IterateExpression loop, BpfLabel fail, Action? then = null)
    {
        if (loop.Initial.Count > ExpressionEvaluator.MaximumLoopVariables)
            throw new CompilationException($"a loop has {loop.Initial.Count} variables; {ExpressionEvaluator.MaximumLoopVariables} are possible");
        var mark = frame.Mark;
        var count = loop.Initial.Count;
        var counter = frame.Reserve(8);
        var next = frame.Reserve(count * 8);
        var current = frame.Reserve(count * 8);
        var head = code.NewLabel();
        var exhausted = code.NewLabel();
        var limit = code.NewLabel();
        var body = code.NewLabel();
        var done = code.NewLabel();

        code.Move(R1, R10).Alu(BpfOperation.Add, R1, _buffer).Move(R2, 0).Move(R3, 0).Call(BpfHelper.CopyFromUser)
            .Store(BpfSize.Double, R10, counter, R0);
        for (var k = 0; k < count; k++)
        {
            Evaluate(loop.Initial[k], fail);
            code.Load(BpfSize.Double, R1, R10, counter).Alu(BpfOperation.Add, R0, R1)
                .Store(BpfSize.Double, R10, (short)(current + k * 8), R0);
        }

        var outer = _variables;
        _variables = new MemoryPlace(R10, current);
        code.Bind(head).MayGoto(exhausted);
        Evaluate(loop.While, fail);
        code.JumpIf(BpfCondition.Equal, R0, 0, done)
            .Load(BpfSize.Double, R1, R10, counter).JumpIf(BpfCondition.NotEqual, R1, loop.Limit, body)
            .Jump(limit)
            .Bind(exhausted).Move(R0, 0)
            .Bind(limit).Move(R1, (int)EvaluationStatus.LoopLimit).Jump(fail)
            .Bind(body);
        for (var k = 0; k < count; k++)
        {
            Evaluate(loop.Next[k], fail);
            code.Store(BpfSize.Double, R10, (short)(next + k * 8), R0);
        }

        for (var k = 0; k < count; k++)
            code.Load(BpfSize.Double, R0, R10, (short)(next + k * 8)).Store(BpfSize.Double, R10, (short)(current + k * 8), R0);
        code.Load(BpfSize.Double, R0, R10, counter).Alu(BpfOperation.Add, R0, 1).Store(BpfSize.Double, R10, counter, R0)
            .Jump(head).Bind(done);
        Evaluate(loop.Result, fail);
        then?.Invoke();
        _variables = outer;
        frame.ReleaseTo(mark);
    }

    private static BpfSize SizeOf(IntegerType type) => type.Size switch
    {
        1 => BpfSize.Byte,
        2 => BpfSize.Half,
        4 => BpfSize.Word,
        _ => BpfSize.Double,
    };
}

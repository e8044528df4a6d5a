using System.Buffers.Binary;
using Tracer.Core.Aggregations;
using Tracer.Core.Expressions;
using Tracer.Core.Records;
using Tracer.Core.Targets;
using Tracer.Elf;

namespace Tracer.Core.Evaluation;

/// <summary>
/// The managed executor of the expression tree: walks a tree over registers and target memory without allocating. Bad addresses and
/// missing values are statuses, never exceptions.
/// </summary>
public ref partial struct ExpressionEvaluator
{
    /// <summary>The most variables a loop may have.</summary>
    public const int MaximumLoopVariables = 8;

    private static readonly RegisterSet None;

    [ThreadStatic]
    private static KeyWriter? _threadKey;

    private readonly ref readonly RegisterSet _registers;
    private readonly EvaluationContext _context;
    private readonly ReadOnlySpan<ulong> _saved;
    private readonly EventRecord _gathered;
    private Span<ulong> _loopVariables;

    /// <summary>Evaluates over these registers, this memory and the values saved at the frame's entry (empty when there are none).</summary>
    public ExpressionEvaluator(ref readonly RegisterSet registers, ITargetMemory memory, ReadOnlySpan<ulong> saved)
        : this(in registers, new EvaluationContext(memory), saved)
    {
    }

    /// <summary>Evaluates over these registers, this context and the values saved at the frame's entry (empty when there are none).</summary>
    public ExpressionEvaluator(ref readonly RegisterSet registers, EvaluationContext context, ReadOnlySpan<ulong> saved)
    {
        _registers = ref registers;
        _context = context;
        _saved = saved;
    }

    /// <summary>Evaluates over the values of a record, for <see cref="GatheredExpression"/>; there are no registers and no saved values.</summary>
    public ExpressionEvaluator(EvaluationContext context, EventRecord gathered)
    {
        _registers = ref None;
        _context = context;
        _gathered = gathered;
    }

    /// <summary>
    /// Evaluates an integer or the bits of a float. On <see cref="EvaluationStatus.Fault"/> <paramref name="value"/> is the address that could
    /// not be read.
    /// </summary>
    public EvaluationStatus Evaluate(Expression expression, out ulong value)
    {
        switch (expression)
        {
            case ConstantExpression c:
                value = c.Value;
                return EvaluationStatus.Ok;
            case RegisterExpression r when !_registers.LacksSegmentBases || r.Register is not (X64Register.FsBase or X64Register.GsBase):
                value = _registers[r.Register];
                return EvaluationStatus.Ok;
            case LoadExpression l:
                return Load(l, out value);
            case BinaryExpression b:
                return Binary(b, out value);
            case ConvertExpression c:
                var status = Evaluate(c.Operand, out value);
                if (status == EvaluationStatus.Ok)
                    value = c.Target.Canonical(value);
                return status;
            case ConditionalExpression c:
                status = Evaluate(c.Test, out value);
                return status != EvaluationStatus.Ok ? status : Evaluate(value != 0 ? c.WhenTrue : c.WhenFalse, out value);
            case UnaryExpression u:
                status = Evaluate(u.Operand, out value);
                if (status == EvaluationStatus.Ok)
                    value = IntegerMath.Apply(u.Operator, value, u.Operand.Integer);
                return status;
            case FloatExpression f:
                return Evaluate(f.Bits, out value);
            case OwnedExpression o:
                return Evaluate(o.Value, out value);
            case LoopVariableExpression v:
                value = _loopVariables[v.Index];
                return EvaluationStatus.Ok;
            case IterateExpression i:
                return Iterate(i, null, out value, out _);
            case SavedExpression s when s.Slot < _saved.Length:
                value = _saved[s.Slot];
                return EvaluationStatus.Ok;
            case BuiltInExpression b when _context.Facts is { } facts && facts.TryGet(b.Value, out value):
                return EvaluationStatus.Ok;
            case TextCompareExpression c:
                return CompareTexts(c, out value);
            case VariableExpression v:
                return ReadVariable(v, out value);
            case GatheredExpression g:
                var recorded = _gathered[g.Index];
                value = recorded.Bits;
                return recorded.Status;
            case VectorExpression v when _registers.HasVectors:
                value = _registers.GetVector(v.Register - X64Register.Xmm0);
                return EvaluationStatus.Ok;
            default:
                value = 0;
                return EvaluationStatus.Unavailable;
        }
    }

    private EvaluationStatus Load(LoadExpression load, out ulong value)
    {
        var status = Evaluate(load.Address, out value);
        if (status != EvaluationStatus.Ok)
            return status;
        Span<byte> buffer = stackalloc byte[8];
        buffer.Clear();
        var size = load.Loaded.Size;
        if (_context.Memory.Read(value, buffer[..size]) != size)
            return EvaluationStatus.Fault;
        value = load.Loaded.Canonical(BinaryPrimitives.ReadUInt64LittleEndian(buffer));
        return EvaluationStatus.Ok;
    }

    private EvaluationStatus Binary(BinaryExpression binary, out ulong value)
    {
        var status = Evaluate(binary.Left, out var left);
        value = left;
        if (status != EvaluationStatus.Ok)
            return status;
        if (binary.Operator >= BinaryOperator.LogicalAnd)
        {
            if (left != 0 == (binary.Operator == BinaryOperator.LogicalOr))
            {
                value = left != 0 ? 1UL : 0UL;
                return EvaluationStatus.Ok;
            }

            status = Evaluate(binary.Right, out value);
            if (status == EvaluationStatus.Ok)
                value = value != 0 ? 1UL : 0UL;
            return status;
        }

        status = Evaluate(binary.Right, out var right);
        if (status != EvaluationStatus.Ok)
        {
            value = right;
            return status;
        }

        return IntegerMath.TryApply(binary.Operator, left, right, binary.Left.Integer, out value)
            ? EvaluationStatus.Ok
            : EvaluationStatus.DivideByZero;
    }

    /// <summary>Evaluates two values; where the first is a loop, the second may use its variables.</summary>
    internal EvaluationStatus Evaluate(Expression first, Expression second, out ulong value, out ulong other)
    {
        if (first is IterateExpression loop)
            return Iterate(loop, second, out value, out other);
        other = 0;
        var status = Evaluate(first, out value);
        return status != EvaluationStatus.Ok ? status : Evaluate(second, out other);
    }

    private EvaluationStatus Iterate(IterateExpression loop, Expression? second, out ulong value, out ulong other)
    {
        other = 0;
        Span<ulong> current = stackalloc ulong[MaximumLoopVariables];
        Span<ulong> next = stackalloc ulong[MaximumLoopVariables];
        EvaluationStatus status;
        for (var k = 0; k < loop.Initial.Count; k++)
        {
            status = Evaluate(loop.Initial[k], out value);
            if (status != EvaluationStatus.Ok)
                return status;
            next[k] = value;
        }

        next.CopyTo(current);
        var inner = this;
        inner.Bind(current);
        for (var round = 0; ; round++)
        {
            status = inner.Evaluate(loop.While, out value);
            if (status != EvaluationStatus.Ok)
                return status;
            if (value == 0)
            {
                status = inner.Evaluate(loop.Result, out value);
                return status != EvaluationStatus.Ok || second is null ? status : inner.Evaluate(second, out other);
            }

            if (round == loop.Limit)
                return EvaluationStatus.LoopLimit;
            for (var k = 0; k < loop.Next.Count; k++)
            {
                status = inner.Evaluate(loop.Next[k], out value);
                if (status != EvaluationStatus.Ok)
                    return status;
                next[k] = value;
            }

            next.CopyTo(current);
        }
    }

#pragma warning disable CS9080, CS9081 // The span outlives nothing: the inner evaluator ends with the frame that owns it.
    private void Bind(scoped Span<ulong> variables) =>
        _loopVariables = System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref System.Runtime.InteropServices.MemoryMarshal.GetReference(variables), variables.Length);
#pragma warning restore CS9080, CS9081
}

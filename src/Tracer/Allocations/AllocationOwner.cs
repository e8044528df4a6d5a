using Tracer.Core.Expressions;
using Tracer.Core.Plans;
using Tracer.Core.Probes;
using Tracer.Core.Runtimes;

namespace Tracer.Allocations;

/// <summary>
/// Whom memory is put down to, as a number of 64 bits: a hash of the code objects of the frames (and of the instructions, where lines are told), of one frame where callers do not count.
/// There is a second, independent one: where two have the same number, that is seen by the second, and what the later asks for is put down to <see cref="Collided"/>.
/// </summary>
internal sealed class AllocationOwner
{
    /// <summary>The owner of what those asked for whose number another has already.</summary>
    public const ulong Collided = 1;

    /// <summary>The name of the value that is the number, in the event that tells who it is.</summary>
    public const string Number = "owner";

    /// <summary>The name of the value that is the stack's picture.</summary>
    public const string Stack = "stack";

    private static readonly Expression Nothing = Build.Constant(0);

    // Odd numbers, by which multiplying mixes: 2^64 divided by the golden ratio, and the multiplier of MurmurHash3's finaliser.
    private const ulong Mixer = 0x9E3779B97F4A7C15;
    private const ulong OtherMixer = 0xFF51AFD7ED558CCD;

    // Of what a runtime tells, that which names a row.
    private static readonly string[] Told = ["pyfile", "pyfunc", "pyqualname", "pyline"];

    private readonly VariableExpression _current;
    private readonly Variable _known;
    private readonly Variable _generations = new("generation", VariableScope.Global, IntegerType.UInt64, IntegerType.UInt64);
    private readonly RunningCode _running;
    private readonly RunningStack _stack;
    private readonly AllocationOptions _options;

    public AllocationOwner(RunningCode running, RunningStack stack, AllocationOptions options)
    {
        (_running, _stack, _options) = (running, stack, options);
        _current = new(new Variable("owner", VariableScope.Thread, IntegerType.UInt64) { FieldCount = 2 });
        _known = new("known", VariableScope.Global, IntegerType.UInt64, IntegerType.UInt64) { Capacity = options.MaximumRows };
    }

    /// <summary>The thread's owner, once <see cref="Find"/> has run.</summary>
    public Expression Current => _current;

    /// <summary>Whether the thread's owner is one that was not told yet.</summary>
    public Expression IsNew => Build.Binary(
        BinaryOperator.LogicalAnd, Build.Binary(BinaryOperator.Less, Build.Constant(Collided), _current), Build.EqualTo(Known, 0));

    /// <summary>Notes that the thread's owner is told.</summary>
    public AssignAction Tell => new(Known, _current with { Field = 1 });

    /// <summary>What tells who the owner is.</summary>
    public IReadOnlyList<PlannedValue> Names =>
    [
        new(Number, _current),
        .. _options.HasStacks ? [new PlannedValue(Stack, _stack.Picture.Value)]
            : _running.Names.Where(n => Told.Contains(n.Name) && (_options.By != AllocationBy.Function || n.Name != "pyline")).Select(n => new PlannedValue(n.Name, n.Value)),
    ];

    private VariableExpression Known => new(_known, new ExpressionList(_current));

    /// <summary>What finds the owner, at a probe.</summary>
    public IReadOnlyList<ProbeProgram> Find(Probe probe) =>
    [
        new ProbeProgram(probe) { Actions = [Assign()] },
        new ProbeProgram(probe)
        {
            Condition = Build.And(_current, Build.And(Known, Build.Binary(BinaryOperator.NotEqual, Known, _current with { Field = 1 }))),
            Actions = [new AssignAction(_current, Build.Constant(Collided)) { Second = Build.Constant(Collided) }],
        },
    ];

    /// <summary>What sees that code objects are freed, whose addresses others get: their generation is a part of the number.</summary>
    public ProbeProgram? Watch()
    {
        if (_stack.CodeLife.Value is not { } life)
            return null;
        var generation = Generation(life.Ended);
        var probe = new Probe("sharptrace", "code__freed", life.End.Module, ProbeSource.Synthesised, [], [new ProbeSite(life.End, new ExpressionList())]);
        return new ProbeProgram(probe) { Actions = [new AssignAction(generation, Build.Add(generation, Build.Constant(1)))] };
    }

    private VariableExpression Generation(Expression code) => new(_generations, new ExpressionList(code));

    // One round a frame. What a frame is read of is mixed in the round after it, so that it is read once and used for both numbers.
    private AssignAction Assign()
    {
        Expression frame = new LoopVariableExpression(0), depth = new LoopVariableExpression(1), code = new LoopVariableExpression(2), at = new LoopVariableExpression(3);
        Expression number = new LoopVariableExpression(4), other = new LoopVariableExpression(5);
        var next = Mix(Mix(Mix(number, code, Mixer), Generation(code), Mixer), at, Mixer);
        var nextOther = Mix(Mix(other, at, OtherMixer), code, OtherMixer);
        var hasLines = _options.By != AllocationBy.Function;
        var frames = _options.HasStacks ? RunningStack.MaximumFrames : 1;
        var loop = new IterateExpression(
            frames,
            new ExpressionList(_stack.Newest, Nothing, Nothing, Nothing, Nothing, Nothing),
            Build.And(frame, Build.Binary(BinaryOperator.Less, depth, Build.Constant((ulong)frames))),
            new ExpressionList(_stack.Caller(frame), Build.Add(depth, Build.Constant(1)), _stack.Code(frame), hasLines ? _stack.Instruction(frame) : Nothing, next, nextOther),
            // 0 is nobody, and neither number is 0 or what stands for a collision.
            Build.If(depth, Build.Binary(BinaryOperator.Or, Masked(next), Build.Constant(1UL << 63)), Nothing));
        return new AssignAction(_current, loop) { Second = Build.Binary(BinaryOperator.Or, nextOther, Build.Constant(1UL << 63)) };
    }

    private Expression Masked(Expression number) =>
        _options.NumberMask == ulong.MaxValue ? number : Build.Binary(BinaryOperator.And, number, Build.Constant(_options.NumberMask));

    // Both steps can be undone: two that differ stay different.
    private static Expression Mix(Expression number, Expression part, ulong mixer)
    {
        var mixed = Build.Binary(BinaryOperator.Multiply, Build.Binary(BinaryOperator.Xor, number, part), Build.Constant(mixer));
        return Build.Binary(BinaryOperator.Xor, Build.Binary(BinaryOperator.ShiftRight, mixed, Build.Constant(32)), mixed);
    }

}

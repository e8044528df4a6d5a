using Tracer.Core.Evaluation;
using Tracer.Core.Expressions;
using Tracer.Elf;

namespace Tracer.Uprobes.Tests;

/// <summary>Random well-typed expressions over six argument registers and a page of memory; the seed decides everything.</summary>
internal sealed class RandomExpressions(int seed, ulong data)
{
    private static readonly IntegerType[] Types =
    [
        IntegerType.Int8, IntegerType.Int16, IntegerType.Int32, IntegerType.Int64, IntegerType.UInt8, IntegerType.UInt16, IntegerType.UInt32, IntegerType.UInt64,
    ];

    private static readonly ulong[] Edges = [0, 1, 2, 7, 8, 31, 63, 64, 127, 128, 255, 0x7fff, 0x8000, 0x7fffffff, 0x80000000, ulong.MaxValue, 1UL << 63, long.MaxValue, ulong.MaxValue - 1];

    private readonly Random _random = new(seed);
    private readonly List<Expression> _pool = [];
    private int _loopVariables;

    public static X64Register[] Registers { get; } = [X64Register.Rdi, X64Register.Rsi, X64Register.Rdx, X64Register.Rcx, X64Register.R8, X64Register.R9];

    /// <summary>An integer, a float, or text.</summary>
    public Expression Value() => _random.Next(10) switch
    {
        0 => new TextExpression(Address(1)),
        1 => new TextExpression(Address(1), Length(), _random.Next(2) == 0 ? null : Build.Constant((ulong)_random.Next(6))),
        2 => new FloatExpression(Integer(IntegerType.UInt64, 3), FloatType.Double),
        3 when _random.Next(4) == 0 => new UnavailableExpression(IntegerType.Int32, "because"),
        _ => Integer(Pick(Types), _random.Next(6)),
    };

    /// <summary>A value that often is an edge case.</summary>
    public ulong Number() => _random.Next(3) switch
    {
        0 => Pick(Edges),
        1 => data + (ulong)_random.Next(4096),
        _ => (ulong)_random.NextInt64(long.MinValue, long.MaxValue) >> _random.Next(64),
    };

    private Expression Length() => _random.Next(3) switch
    {
        0 => Build.Constant((ulong)_random.Next(80)),
        1 => Build.Binary(BinaryOperator.And, Integer(IntegerType.UInt64, 2), Build.Constant(127)),
        _ => Integer(IntegerType.UInt64, 1),
    };

    private Expression Address(int depth) => _random.Next(8) switch
    {
        0 => Integer(IntegerType.UInt64, depth),
        1 => Build.Constant(Pick([0UL, 8UL, 1UL << 60, 0xffff_8880_0000_0000UL])),
        2 => Build.Constant(data + 4096 - (ulong)_random.Next(9)),
        3 => Build.Constant(data + (ulong)_random.Next(4000)),
        _ => Build.Binary(
            BinaryOperator.Add, Build.Binary(BinaryOperator.And, Integer(IntegerType.UInt64, depth), Build.Constant(0xfff)), Build.Constant(data)),
    };

    private Expression Integer(IntegerType type, int depth)
    {
        if (_loopVariables == 0 && depth > 0 && _random.Next(4) == 0 && _pool.Where(e => e.Type == type).ToArray() is { Length: > 0 } known)
            return Pick(known);
        var made = depth <= 0 ? Leaf(type) : Compound(type, depth - 1);
        if (_loopVariables == 0)
            _pool.Add(made);
        return made;
    }

    private Expression Leaf(IntegerType type) => _random.Next(3) switch
    {
        0 => Build.Constant(Number(), type),
        1 when _loopVariables > 0 => Build.Convert(new LoopVariableExpression(_random.Next(_loopVariables)), type),
        _ => Build.Convert(Build.Register(Pick(Registers)), type),
    };

    private Expression Compound(IntegerType type, int depth)
    {
        switch (_random.Next(12))
        {
            case 0 or 1 or 2:
                return new LoadExpression(Address(depth), type);
            case 3:
                return Build.If(Condition(depth), Integer(type, depth), Integer(type, depth));
            case 4:
                return new UnaryExpression(_random.Next(2) == 0 ? UnaryOperator.Negate : UnaryOperator.Complement, Integer(type, depth));
            case 5:
                return Build.Convert(Integer(Pick(Types), depth), type);
            case 6:
                return Build.Convert(Condition(depth), type);
            case 7 when _loopVariables == 0:
                return Build.Convert(Loop(depth), type);
            case 8:
                return Leaf(type);
            default:
                var @operator = (BinaryOperator)_random.Next((int)BinaryOperator.Equal);
                return Build.Binary(@operator, Integer(type, depth), Integer(type, depth));
        }
    }

    private Expression Condition(int depth)
    {
        var type = Pick(Types);
        return _random.Next(4) switch
        {
            0 => new UnaryExpression(UnaryOperator.Not, Integer(type, depth)),
            1 => Build.Binary(_random.Next(2) == 0 ? BinaryOperator.LogicalAnd : BinaryOperator.LogicalOr, Integer(type, depth), Integer(Pick(Types), depth)),
            _ => Build.Binary((BinaryOperator)_random.Next((int)BinaryOperator.Equal, (int)BinaryOperator.LogicalAnd), Integer(type, depth), Integer(type, depth)),
        };
    }

    private IterateExpression Loop(int depth)
    {
        var count = _random.Next(1, ExpressionEvaluator.MaximumLoopVariables + 1);
        var initial = Enumerable.Range(0, count).Select(_ => _random.Next(3) == 0 ? new LoadExpression(Address(0), IntegerType.UInt64) : Leaf(IntegerType.UInt64)).ToArray();
        _loopVariables = count;
        var counter = new LoopVariableExpression(0);
        var end = _random.Next(2) == 0
            ? Build.Binary(BinaryOperator.Less, Build.Binary(BinaryOperator.And, counter, Build.Constant(31)), Build.Constant((ulong)_random.Next(32)))
            : Condition(Math.Min(depth, 1));
        var next = Enumerable.Range(0, count).Select(k => k == 0 ? Build.Add(counter, Build.Constant(1)) : Integer(IntegerType.UInt64, _random.Next(2))).ToArray();
        var result = Integer(IntegerType.UInt64, 1);
        _loopVariables = 0;
        return new IterateExpression(_random.Next(1, 50), new ExpressionList(initial), end, new ExpressionList(next), result);
    }

    private T Pick<T>(T[] items) => items[_random.Next(items.Length)];
}

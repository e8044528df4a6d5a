using Tracer.Core.Evaluation;
using Tracer.Core.Expressions;
using Tracer.Elf;

namespace Tracer.Uprobes.Tests;

/// <summary>Random well-typed expressions over six argument registers and a page of memory; the seed decides everything.</summary>
internal sealed class RandomExpressions(int seed, ulong data, byte[]? page = null)
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

    /// <summary>An integer of that type, which reads variables of <see cref="Variables"/>.</summary>
    public Expression Number(IntegerType type) => Integer(type, _random.Next(4));

    /// <summary>A condition.</summary>
    public Expression Test() => Condition(_random.Next(3));

    /// <summary>A random number below a bound.</summary>
    public int Below(int bound) => _random.Next(bound);

    /// <summary>A random integer type.</summary>
    public IntegerType Type() => Pick(Types);

    /// <summary>Variables that expressions may read.</summary>
    public List<Variable> Variables { get; } = [];

    /// <summary>An element of a variable.</summary>
    public VariableExpression Element(Variable variable, int depth) =>
        new(variable, new ExpressionList([.. variable.KeyTypes.Select(t => Build.Binary(BinaryOperator.And, Integer((IntegerType)t, depth), Build.Constant(3, (IntegerType)t)))])) { Field = variable.FieldCount > 1 ? Below(2) : 0 };

    /// <summary>Text of any source.</summary>
    public Expression Text() => _random.Next(9) switch
    {
        0 => new TextLiteralExpression(Pick(["", "a", "größe", "a longer literal that does not fit into the smallest field of a key"])),
        1 => new BuiltInExpression(BuiltInValue.Comm),
        2 => new ConditionalExpression(Condition(1), Text(), Text()),
        3 or 4 => new TextExpression(Address(1)),
        5 => new UnavailableExpression(TextType.Instance, "because"),
        _ => new TextExpression(Address(1), Length(), _random.Next(2) == 0 ? null : Build.Constant((ulong)_random.Next(5))),
    };

    /// <summary>Whether expressions may be such that kernel programs cannot evaluate them.</summary>
    public bool IsWild { get; init; }

    /// <summary>A comparison of text with a literal that quite often holds.</summary>
    private TextCompareExpression Comparison()
    {
        var @operator = Pick([BinaryOperator.Equal, BinaryOperator.NotEqual, BinaryOperator.Less, BinaryOperator.LessOrEqual]);
        var at = _random.Next(4000);
        if (IsWild && _loopVariables == 0 && _random.Next(2) == 0)
            return new TextCompareExpression(@operator, Text(), Text());
        Expression text;
        string literal;
        switch (_random.Next(5))
        {
            case 0:
                text = new BuiltInExpression(BuiltInValue.Comm);
                literal = Pick(["fixture", "fixtur", "fixture1", "", "a", "zz"]);
                break;
            case 1:
                text = new ConditionalExpression(Condition(0), new TextExpression(Build.Constant(data + (ulong)at)), new TextLiteralExpression("x"));
                literal = Pick(["x", ""]);
                break;
            case 2:
                // A text whose end is known, and a literal that is just it when its bytes are ASCII.
                var end = Array.IndexOf(page!, (byte)0, at);
                at = Math.Max(0, end - _random.Next(3));
                literal = end >= at && page.AsSpan(at, end - at).ToArray().All(b => b is > 0 and < 0x80) ? System.Text.Encoding.ASCII.GetString(page!, at, end - at) : "é";
                text = new TextExpression(Address(at, 0));
                break;
            case 3:
                text = new TextExpression(Address(0));
                literal = Pick(["", "a", "größe", "0123456789abcdef0123456789"]);
                break;
            default:
                var charset = Pick<ulong>([1, 1, 2, 4, 0]);
                var count = _random.Next(6);
                @operator = Pick([BinaryOperator.Equal, BinaryOperator.NotEqual]);
                literal = new string([.. page!.AsSpan(at, count).ToArray().Select(b => b == 0 ? 'x' : (char)b)]);
                text = new TextExpression(Address(at, 1), Build.Constant((ulong)(charset == 0 ? System.Text.Encoding.UTF8.GetByteCount(literal) : count)), Build.Constant(charset));
                break;
        }

        return _random.Next(2) == 0 ? new TextCompareExpression(@operator, text, new TextLiteralExpression(literal)) : new TextCompareExpression(@operator, new TextLiteralExpression(literal), text);
    }

    // That address, nearly always.
    private Expression Address(int at, int depth) => _random.Next(8) == 0 ? Address(depth) : Build.Constant(data + (ulong)at);

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

    private Expression Leaf(IntegerType type) => _random.Next(4) switch
    {
        3 when _loopVariables == 0 && Variables.Count > 0 => Build.Convert(Element(Pick([.. Variables]), 0), type),
        3 => Build.Convert(new BuiltInExpression(Pick([BuiltInValue.ProcessId, BuiltInValue.ThreadId, BuiltInValue.UserId, BuiltInValue.GroupId, BuiltInValue.ParentProcessId])), type),
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
        return _random.Next(5) switch
        {
            4 when page is not null => Comparison(),
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

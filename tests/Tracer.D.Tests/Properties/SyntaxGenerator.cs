using Tracer.D.Syntax;

namespace Tracer.D.Tests.Properties;

/// <summary>Random syntax trees without parentheses, which the printer has to put in.</summary>
internal sealed class SyntaxGenerator(int seed)
{
    private static readonly string[] Names = ["a", "lineno", "x1", "this", "string", "int", "size_t", "_", "été"];
    private static readonly string[] Integers = ["0", "7", "0x1F", "017", "0b11", "5u", "6UL", "9223372036854775807"];
    private static readonly string[] Texts = ["", "fib", "a\"b\\", "tab\there\n", "\u0001\u007f", "é日\ud83d\udc0d", "'", "1\u00011"];
    private static readonly TypeSyntax[] Types = [new("int", 0, default), new("unsigned long", 0, default), new("uint8_t", 1, default), new("char", 2, default), new("struct request", 1, default)];

    private readonly Random _random = new(seed);

    /// <summary>A tree at most that deep.</summary>
    public ExpressionSyntax Next(int depth) => depth <= 1 ? Leaf() : _random.Next(12) switch
    {
        0 => Leaf(),
        1 or 2 => new UnarySyntax((UnarySyntaxOperator)_random.Next(6), Next(depth - 1), default),
        3 or 4 or 5 or 6 => new BinarySyntax((BinarySyntaxOperator)_random.Next(19), Next(depth - 1), Next(depth - 1), default),
        7 => new ConditionalSyntax(Next(depth - 1), Next(depth - 1), Next(depth - 1), default),
        8 => new CastSyntax(Pick(Types), Next(depth - 1), default),
        9 => new MemberSyntax(Next(depth - 1), _random.Next(2) == 0, Pick(Names), default, default),
        10 => new IndexSyntax(Next(depth - 1), List(1, depth), default),
        _ => _random.Next(3) switch
        {
            0 => new SizeOfTypeSyntax(Pick(Types), default),
            1 => new SizeOfValueSyntax(Next(depth - 1), default),
            _ => new CallSyntax("f", default, List(0, depth), default),
        },
    };

    private ExpressionSyntax Leaf() => _random.Next(4) switch
    {
        0 => new NameSyntax(Pick(Names), default),
        1 => new IntegerSyntax(default, Pick(Integers), default),
        2 => new CharacterSyntax((sbyte)_random.Next(256), default),
        _ => new StringSyntax(Pick(Texts), default),
    };

    private SyntaxList List(int least, int depth) => new(Enumerable.Range(0, least + _random.Next(3)).Select(_ => Next(depth - 1)));

    private T Pick<T>(T[] items) => items[_random.Next(items.Length)];
}

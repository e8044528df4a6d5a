using Tracer.Core.Expressions;

namespace Tracer.Runtimes.Tcl;

/// <summary>The words of a command or procedure: objects, whose strings are what a script sees.</summary>
/// <param name="count">How many, int64.</param>
/// <param name="words">The address of the pointers to them.</param>
/// <param name="layout">Where members are.</param>
internal sealed class TclWords(Expression count, Expression words, TclLayout layout)
{
    private const string None = "<none>";

    /// <summary>How many they are, from one of them on.</summary>
    public Expression CountFrom(Expression first) => Build.If(
        Build.Binary(BinaryOperator.Less, first, count), Build.Convert(Build.Binary(BinaryOperator.Subtract, count, first), IntegerType.Int32), Build.Constant(0, IntegerType.Int32));

    /// <summary>The address of the pointers, from one of them on.</summary>
    public Expression AddressOf(Expression index) => Build.Add(words, Build.Binary(BinaryOperator.Multiply, Build.ToUInt64(index), Build.Constant(sizeof(ulong))));

    /// <summary>The string of a word, and what says so when there is none.</summary>
    public Expression Text(Expression index) =>
        Build.If(Build.Binary(BinaryOperator.Less, index, count), TextOf(Build.LoadPointer(AddressOf(index)), layout), new TextLiteralExpression(None));

    /// <summary>The string of an object; unreadable when it has none now, as a number that nobody has looked at as text.</summary>
    public static Expression TextOf(Expression value, TclLayout layout)
    {
        var length = Build.Load(value, TclLayout.ObjectLength, layout.HasWideSizes ? IntegerType.Int64 : IntegerType.Int32);
        return new TextExpression(Build.LoadPointer(value, TclLayout.ObjectBytes), Build.ToUInt64(length));
    }
}

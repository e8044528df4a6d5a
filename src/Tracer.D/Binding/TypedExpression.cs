using Tracer.Core.Expressions;

namespace Tracer.D.Binding;

/// <summary>An expression with its type in the language. For a struct or an array the expression is its address.</summary>
/// <param name="Type">The type.</param>
/// <param name="Expression">The value: an integer for integers and pointers, a float, a text, or an address.</param>
public sealed record TypedExpression(DType Type, Expression Expression)
{
    /// <summary>An expression of Core by the type it has.</summary>
    /// <exception cref="ArgumentException">Core has a type that the language lacks.</exception>
    public static TypedExpression Of(Expression expression)
    {
        ArgumentNullException.ThrowIfNull(expression);
        return new TypedExpression(
            expression.Type switch
            {
                IntegerType integer => new IntegerDType(integer),
                FloatType format => new FloatDType(format),
                TextType => StringDType.Instance,
                PictureType picture => new PictureDType(picture),
                _ => throw new ArgumentException($"The language has no type {expression.Type}.", nameof(expression)),
            },
            expression);
    }
}

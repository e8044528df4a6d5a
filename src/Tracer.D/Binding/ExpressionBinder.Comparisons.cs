using Tracer.Core.Expressions;
using Tracer.D.Diagnostics;
using Tracer.D.Syntax;

namespace Tracer.D.Binding;

/// <summary>
/// The six comparisons, of integers, pointers and strings. Core has four: <c>a &gt; b</c> is made <c>b &lt; a</c>, so its right side is evaluated
/// first. As in C the order is open; all it decides is which of two unreadable addresses a fault names.
/// </summary>
internal sealed partial class ExpressionBinder
{
    private TypedExpression? BindComparison(BinarySyntax binary)
    {
        var boundLeft = Bind(binary.Left);
        if (boundLeft?.Type is StringDType && binary.Right is NameSyntax name && scope.Resolve(name.Name) is null)
        {
            diagnostics.Add(DiagnosticIds.UnknownName, $"'{name.Name}' is no parameter of {scope.Owner}", name.Span, $"a string has double quotes: \"{name.Name}\"");
            return null;
        }

        var boundRight = Bind(binary.Right);
        if (boundLeft is null || boundRight is null)
            return null;
        if (boundLeft.Type is StringDType || boundRight.Type is StringDType)
            return CompareText(binary, boundLeft, boundRight);

        var (left, right) = (Decay(boundLeft), Decay(boundRight));
        var symbol = $"'{SyntaxOperators.TextOf(binary.Operator)}'";
        var l = Comparable(left, binary.Left.Span, symbol);
        var r = Comparable(right, binary.Right.Span, symbol);
        if (l is null || r is null)
            return null;
        var common = Conversions.Common(l.Integer, r.Integer);
        return Boolean(Compare(binary.Operator, Folding.Convert(l, common), Folding.Convert(r, common), Folding.Binary));
    }

    private TypedExpression? CompareText(BinarySyntax binary, TypedExpression left, TypedExpression right)
    {
        if (AsText(left) is { } l && AsText(right) is { } r)
            return Boolean(Compare(binary.Operator, l, r, Folding.CompareText));

        var (other, syntax) = left.Type is StringDType ? (right, binary.Right) : (left, binary.Left);
        var shown = syntax.ToString();
        var hint = other switch
        {
            { Type: PointerDType { Element: VoidDType }, Expression: ConstantExpression } => "a string that cannot be read is a fault, not NULL; the empty string is \"\"",
            { Expression: ConstantExpression } => $"a string has double quotes: \"{Shorten(shown.Trim('\''))}\"",
            { Type: IntegerDType or PointerDType } => $"copyinstr({Shorten(shown)}) is the string at that address",
            _ => null,
        };
        diagnostics.Add(DiagnosticIds.WrongType, $"a string cannot be compared with {Describe(other.Type)}", binary.Span, hint);
        return null;
    }

    private Expression? Comparable(TypedExpression value, TextSpan span, string user)
    {
        if (value.Type is IntegerDType or PointerDType)
            return value.Expression;
        Refuse(value.Type, span, user);
        return null;
    }

    private static Expression Compare(
        BinarySyntaxOperator @operator, Expression left, Expression right, Func<BinaryOperator, Expression, Expression, Expression> make) => @operator switch
        {
            BinarySyntaxOperator.Equal => make(BinaryOperator.Equal, left, right),
            BinarySyntaxOperator.NotEqual => make(BinaryOperator.NotEqual, left, right),
            BinarySyntaxOperator.Less => make(BinaryOperator.Less, left, right),
            BinarySyntaxOperator.LessOrEqual => make(BinaryOperator.LessOrEqual, left, right),
            BinarySyntaxOperator.Greater => make(BinaryOperator.Less, right, left),
            _ => make(BinaryOperator.LessOrEqual, right, left),
        };
}

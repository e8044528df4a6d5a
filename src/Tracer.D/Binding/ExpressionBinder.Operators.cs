using Tracer.Core.Expressions;
using Tracer.D.Diagnostics;
using Tracer.D.Syntax;

namespace Tracer.D.Binding;

/// <summary>Arithmetic, logic and the conditional.</summary>
internal sealed partial class ExpressionBinder
{
    private TypedExpression? BindUnary(UnarySyntax unary)
    {
        if (unary.Operator == UnarySyntaxOperator.AddressOf)
        {
            diagnostics.Add(DiagnosticIds.NotAvailable, "addresses cannot be taken: '&' needs something in the target's memory with a type", unary.Span);
            return null;
        }

        if (Bind(unary.Operand) is not { } operand)
            return null;
        operand = Decay(operand);
        switch (unary.Operator)
        {
            case UnarySyntaxOperator.Dereference:
                return Dereference(operand, unary);
            case UnarySyntaxOperator.Not:
                return Test(operand, unary.Operand.Span, "'!'") is { } test ? Boolean(Folding.Unary(UnaryOperator.Not, test)) : null;
            default:
                var symbol = SyntaxOperators.TextOf(unary.Operator);
                if (operand.Type is not IntegerDType integer)
                {
                    Refuse(operand.Type, unary.Operand.Span, $"'{symbol}'");
                    return null;
                }

                var promoted = Folding.Convert(operand.Expression, Conversions.Promote(integer.Integer));
                return Integer(unary.Operator switch
                {
                    UnarySyntaxOperator.Plus => promoted,
                    UnarySyntaxOperator.Negate => Folding.Unary(UnaryOperator.Negate, promoted),
                    _ => Folding.Unary(UnaryOperator.Complement, promoted),
                });
        }
    }

    private TypedExpression? BindBinary(BinarySyntax binary)
    {
        if (binary.Operator is >= BinarySyntaxOperator.Equal and <= BinarySyntaxOperator.GreaterOrEqual)
            return BindComparison(binary);
        var boundLeft = Bind(binary.Left);
        var boundRight = Bind(binary.Right);
        if (boundLeft is null || boundRight is null)
            return null;
        var (left, right) = (Decay(boundLeft), Decay(boundRight));
        if (binary.Operator <= BinarySyntaxOperator.LogicalAnd)
            return BindLogical(binary, left, right);
        if (binary.Operator is BinarySyntaxOperator.Add or BinarySyntaxOperator.Subtract && (left.Type is PointerDType || right.Type is PointerDType))
            return BindPointerArithmetic(binary, left, right);
        if (!IsInteger(left, binary.Left, binary.Operator) | !IsInteger(right, binary.Right, binary.Operator))
            return null;
        return binary.Operator is BinarySyntaxOperator.ShiftLeft or BinarySyntaxOperator.ShiftRight
            ? BindShift(binary, left.Expression, right.Expression)
            : BindArithmetic(binary, left.Expression, right.Expression);
    }

    private TypedExpression? BindArithmetic(BinarySyntax binary, Expression left, Expression right)
    {
        var common = Conversions.Common(left.Integer, right.Integer);
        var divides = binary.Operator is BinarySyntaxOperator.Divide or BinarySyntaxOperator.Remainder;
        if (divides && right is ConstantExpression { Value: 0 })
        {
            diagnostics.Add(DiagnosticIds.BadConstant, "this divides by zero", binary.Right.Span);
            return null;
        }

        return Integer(Folding.Binary(CoreOperator(binary.Operator), Folding.Convert(left, common), Folding.Convert(right, common)));
    }

    // A shift has the type of its left side alone. Core takes the count modulo the width, where C leaves the rest undefined, so that a constant
    // count out of range is a mistake.
    private TypedExpression? BindShift(BinarySyntax binary, Expression left, Expression right)
    {
        var type = Conversions.Promote(left.Integer);
        if (right is ConstantExpression count && count.Value >= (ulong)type.Size * 8)
        {
            var shown = count.Integer.Signed ? $"{(long)count.Value}" : $"{count.Value}";
            var hint = type.Size < 8 && count.Value < 64 ? "make the left side longer: (uint64_t)" + Shorten(binary.Left.ToString()) : null;
            diagnostics.Add(DiagnosticIds.BadConstant, $"{type} cannot be shifted by {shown}, only by 0 to {type.Size * 8 - 1}", binary.Right.Span, hint);
            return null;
        }

        return Integer(Folding.Binary(CoreOperator(binary.Operator), Folding.Convert(left, type), Folding.Convert(right, type)));
    }

    private TypedExpression? BindLogical(BinarySyntax binary, TypedExpression left, TypedExpression right)
    {
        var symbol = $"'{SyntaxOperators.TextOf(binary.Operator)}'";
        var leftTest = Test(left, binary.Left.Span, symbol);
        var rightTest = Test(right, binary.Right.Span, symbol);
        if (leftTest is null || rightTest is null)
            return null;
        return Boolean(binary.Operator switch
        {
            BinarySyntaxOperator.LogicalAnd => Folding.Logical(BinaryOperator.LogicalAnd, leftTest, rightTest),
            BinarySyntaxOperator.LogicalOr => Folding.Logical(BinaryOperator.LogicalOr, leftTest, rightTest),
            _ => Folding.Binary(BinaryOperator.NotEqual, Folding.Unary(UnaryOperator.Not, leftTest), Folding.Unary(UnaryOperator.Not, rightTest)),
        });
    }

    private TypedExpression? BindConditional(ConditionalSyntax conditional)
    {
        var boundTest = Bind(conditional.Test);
        var test = boundTest is null ? null : Test(Decay(boundTest), conditional.Test.Span, "the condition of '?'");
        var boundTrue = Bind(conditional.WhenTrue);
        var boundFalse = Bind(conditional.WhenFalse);
        if (test is null || boundTrue is null || boundFalse is null)
            return null;

        if (boundTrue.Type is StringDType || boundFalse.Type is StringDType)
        {
            if (AsText(boundTrue) is { } textTrue && AsText(boundFalse) is { } textFalse)
                return new TypedExpression(StringDType.Instance, Folding.Conditional(test, textTrue, textFalse));
        }
        else if (Decay(boundTrue) is var whenTrue && Decay(boundFalse) is var whenFalse
            && whenTrue is { Type: IntegerDType or PointerDType, Expression.Integer: var typeTrue }
            && whenFalse is { Type: IntegerDType or PointerDType, Expression.Integer: var typeFalse })
        {
            var common = Conversions.Common(typeTrue, typeFalse);
            var chosen = Folding.Conditional(test, Folding.Convert(whenTrue.Expression, common), Folding.Convert(whenFalse.Expression, common));
            if (TypeOfEither(whenTrue, whenFalse) is { } pointer)
                return new TypedExpression(pointer, chosen);
            if (whenTrue.Type is IntegerDType && whenFalse.Type is IntegerDType)
                return Integer(chosen);
        }

        if (boundTrue.Type is FloatDType || boundFalse.Type is FloatDType)
            Refuse(boundTrue.Type is FloatDType ? boundTrue.Type : boundFalse.Type, conditional.Span, "'?:'");
        else
        {
            var both = conditional.WhenTrue.Span.To(conditional.WhenFalse.Span);
            diagnostics.Add(DiagnosticIds.WrongType, $"'?:' gives one type, and these are {Describe(boundTrue.Type)} and {Describe(boundFalse.Type)}", both);
        }

        return null;
    }

    // Two pointers of one type, or a pointer and void* or the constant 0.
    private static DType? TypeOfEither(TypedExpression left, TypedExpression right)
    {
        if (left.Type is PointerDType && (left.Type == right.Type || IsNull(right)))
            return left.Type;
        return right.Type is PointerDType && IsNull(left) ? right.Type : null;
    }

    private static bool IsNull(TypedExpression value) => value.Type is PointerDType { Element: VoidDType } || value.Expression is ConstantExpression { Value: 0 };

    private Expression? Test(TypedExpression value, TextSpan span, string user)
    {
        if (value.Type is IntegerDType or PointerDType)
            return Folding.Test(value.Expression);
        Refuse(value.Type, span, user);
        return null;
    }

    private bool IsInteger(TypedExpression value, ExpressionSyntax syntax, BinarySyntaxOperator @operator)
    {
        if (value.Type is not IntegerDType)
            Refuse(value.Type, syntax.Span, $"'{SyntaxOperators.TextOf(@operator)}'");
        return value.Type is IntegerDType;
    }

    private void Refuse(DType type, TextSpan span, string user)
    {
        if (type is FloatDType)
        {
            diagnostics.Add(DiagnosticIds.Float, $"{user} needs an integer, not a {type}", span, "floating-point numbers can be shown, not computed with or compared");
            return;
        }

        var hint = type switch
        {
            StringDType => "strings can be compared: == != < <= > >=",
            PointerDType => "cast it to a number, as in (uint64_t)p",
            _ => null,
        };
        diagnostics.Add(DiagnosticIds.WrongType, $"{user} needs an integer, not {Describe(type)}", span, hint);
    }

    private static BinaryOperator CoreOperator(BinarySyntaxOperator @operator) => @operator switch
    {
        BinarySyntaxOperator.Add => BinaryOperator.Add,
        BinarySyntaxOperator.Subtract => BinaryOperator.Subtract,
        BinarySyntaxOperator.Multiply => BinaryOperator.Multiply,
        BinarySyntaxOperator.Divide => BinaryOperator.Divide,
        BinarySyntaxOperator.Remainder => BinaryOperator.Remainder,
        BinarySyntaxOperator.And => BinaryOperator.And,
        BinarySyntaxOperator.Or => BinaryOperator.Or,
        BinarySyntaxOperator.Xor => BinaryOperator.Xor,
        BinarySyntaxOperator.ShiftLeft => BinaryOperator.ShiftLeft,
        BinarySyntaxOperator.ShiftRight => BinaryOperator.ShiftRight,
        _ => throw new ArgumentOutOfRangeException(nameof(@operator), @operator, "No arithmetic."),
    };
}

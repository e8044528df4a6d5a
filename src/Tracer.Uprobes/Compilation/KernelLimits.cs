using Tracer.Core.Expressions;

namespace Tracer.Uprobes.Compilation;

/// <summary>What a kernel program cannot evaluate at a hit; such parts of a plan are gathered and finished where events are read.</summary>
internal static class KernelLimits
{
    // What is compared lies on the stack; a counted text may have four bytes a character.
    private const int LongestLiteral = 128;
    private const int LongestCountedLiteral = 48;

    /// <summary>Why this node, its parts aside, cannot be evaluated, in one clause; null when it can.</summary>
    public static string? Refuse(Expression expression, int textLimit) => expression switch
    {
        TextCompareExpression { Left: TextLiteralExpression, Right: TextLiteralExpression } => null,
        TextCompareExpression { Right: TextLiteralExpression literal } c => Compare(c.Operator, c.Left, literal, textLimit),
        TextCompareExpression { Left: TextLiteralExpression literal } c => Compare(c.Operator, c.Right, literal, textLimit),
        TextCompareExpression => "two texts of the target are compared",
        VariableExpression v when v.Keys.Any(k => k.Type is not IntegerType) => $"{v.Variable} has text among its keys",
        GatheredExpression { Type: StackType } => "stacks are walked by call frame information",
        _ => null,
    };

    private static string? Compare(BinaryOperator @operator, Expression text, TextLiteralExpression literal, int textLimit)
    {
        if (literal.Utf8.Length >= textLimit)
            return "a text is compared with one that is as long as the limit of texts";
        if (literal.Utf8.Length > LongestLiteral)
            return $"a text is compared with more than {LongestLiteral} bytes";
        return text switch
        {
            ConditionalExpression c => Compare(@operator, c.WhenTrue, literal, textLimit) ?? Compare(@operator, c.WhenFalse, literal, textLimit),
            TextExpression { Length: not null } when @operator is not (BinaryOperator.Equal or BinaryOperator.NotEqual) => "counted text is compared for its order",
            TextExpression { Charset: not null } when literal.Text.Length > LongestCountedLiteral => $"counted text is compared with more than {LongestCountedLiteral} characters",
            _ => null,
        };
    }
}

using Tracer.Core.Expressions;

namespace Tracer.Runtimes.Native;

/// <summary>Tells which values a function's entry can keep for its exits without risk: those of general registers, whose evaluation cannot fail.</summary>
internal static class RegisterValues
{
    /// <summary>The 64 bits to keep for a parameter: its value, or the address of its text; null when it cannot be kept.</summary>
    public static Expression? ToKeep(Expression value)
    {
        var bits = value switch
        {
            TextExpression { Length: null, Charset: null } text => text.Address,
            _ when value.Type is IntegerType => value,
            _ => null,
        };
        return bits is not null && CannotFail(bits) ? Build.ToUInt64(bits) : null;
    }

    /// <summary>The parameter's value when what was kept is at hand again; a text is read then.</summary>
    public static Expression Kept(Expression value, int slot) => value is TextExpression
        ? Build.CString(new SavedExpression(slot))
        : Build.Convert(new SavedExpression(slot), value.Integer);

    private static bool CannotFail(Expression expression) => expression switch
    {
        RegisterExpression or ConstantExpression => true,
        ConvertExpression convert => CannotFail(convert.Operand),
        UnaryExpression unary => CannotFail(unary.Operand),
        BinaryExpression { Operator: not (BinaryOperator.Divide or BinaryOperator.Remainder) } binary => CannotFail(binary.Left) && CannotFail(binary.Right),
        _ => false,
    };
}

using Tracer.Core.Expressions;
using Tracer.D.Diagnostics;
using Tracer.D.Syntax;

namespace Tracer.D.Binding;

/// <summary>
/// A syntax tree to a typed expression of Core, by C's rules. What is wrong is reported once, where it is, and yields null; the rest of the tree is
/// still bound, so that a user sees all errors at once.
/// </summary>
internal sealed partial class ExpressionBinder(Scope scope, DiagnosticList diagnostics)
{
    /// <summary>Binds an expression whose value is wanted: an integer, a float or a text. A char pointer and a char array are their text.</summary>
    public Expression? BindValue(ExpressionSyntax syntax)
    {
        if (Bind(syntax) is not { } bound)
            return null;
        if (bound.Type is ArrayDType or PointerDType { Element: IntegerDType { Integer.Signed: true } } && AsText(bound) is { } text)
            return text;
        if (bound.Type is not StructDType)
            return bound.Expression;
        diagnostics.Add(DiagnosticIds.WrongType, $"{bound.Type} as a whole has no value to show", syntax.Span, MembersHint(bound.Type));
        return null;
    }

    /// <summary>Binds a condition: any integer, true when it is not zero.</summary>
    public Expression? BindPredicate(ExpressionSyntax syntax)
    {
        if (Bind(syntax) is not { } bound)
            return null;
        if (Decay(bound) is { Type: IntegerDType or PointerDType } test)
            return Folding.Test(test.Expression);
        var hint = bound.Type is StringDType ? $"compare it: {(syntax is NameSyntax ? syntax : $"({Shorten(syntax.ToString())})")} == \"...\"" : null;
        diagnostics.Add(DiagnosticIds.Predicate, $"a condition is an integer, not {Describe(bound.Type)}", syntax.Span, hint);
        return null;
    }

    private TypedExpression? Bind(ExpressionSyntax syntax) => syntax switch
    {
        IntegerSyntax i => Integer(new ConstantExpression(i.Literal.Value, Conversions.TypeOf(i.Literal))),
        CharacterSyntax c => Integer(new ConstantExpression((ulong)c.Value, IntegerType.Int32)),
        StringSyntax s => new TypedExpression(StringDType.Instance, new TextLiteralExpression(s.Text)),
        NameSyntax n => BindName(n),
        ParenthesizedSyntax p => Bind(p.Inner),
        UnarySyntax u => BindUnary(u),
        BinarySyntax b => BindBinary(b),
        ConditionalSyntax c => BindConditional(c),
        CastSyntax c => BindCast(c),
        SizeOfTypeSyntax s => ResolveType(s.Measured) is { } type ? SizeOf(type, s.Measured.Span) : null,
        SizeOfValueSyntax s => BindSizeOf(s),
        MemberSyntax m => BindMember(m),
        IndexSyntax i => BindIndex(i),
        CallSyntax c => BindCall(c),
        _ => throw new InvalidOperationException($"{syntax.GetType().Name} cannot be bound."),
    };

    private TypedExpression? BindName(NameSyntax name)
    {
        var resolution = scope.Resolve(name.Name);
        if (resolution?.Value is { } value)
            return value.Type is ReferenceDType reference ? ValueAt(value.Expression, 0, reference.Element, name.Span) : value;
        if (resolution is { Problem: { } problem })
            diagnostics.Add(DiagnosticIds.UnknownName, problem, name.Span, resolution.Hint);
        else if (IsVariablePrefix(name))
            ReportVariable(name.Name, name.Span);
        else
            diagnostics.Add(DiagnosticIds.UnknownName, $"'{name.Name}' is no parameter of {scope.Owner}", name.Span, NameHints.For(scope, name.Name));
        return null;
    }

    // A C++ method has a parameter called this; what the scope knows comes first.
    private bool IsVariablePrefix(ExpressionSyntax syntax) => syntax is NameSyntax { Name: "this" or "self" } n && scope.Resolve(n.Name) is null;

    private void ReportVariable(string name, TextSpan span)
    {
        const string Hint = "an expression knows the probe's parameters and values such as pid and timestamp";
        diagnostics.Add(DiagnosticIds.NotAvailable, $"variables ({name}->...) are not available in an expression", span, Hint);
    }

    private static TypedExpression Integer(Expression expression) => new(new IntegerDType(expression.Integer), expression);

    // Comparisons give Core's uint8, the language's int.
    private static TypedExpression Boolean(Expression expression) => new(IntegerDType.Int, Folding.Convert(expression, IntegerType.Int32));

    private static TypedExpression Decay(TypedExpression value) =>
        value.Type is ArrayDType array ? new TypedExpression(new PointerDType(array.Element), value.Expression) : value;

    // D lets a char pointer and a char array stand for the string there.
    private static Expression? AsText(TypedExpression value) => value.Type switch
    {
        StringDType => value.Expression,
        PointerDType { Element: IntegerDType { Size: 1 } } or ArrayDType { Element: IntegerDType { Size: 1 } } => Build.CString(value.Expression),
        _ => null,
    };

    private static string Describe(DType type) => type switch
    {
        StringDType => "a string",
        PointerDType => $"a pointer ({type})",
        IntegerDType => $"an integer ({type})",
        FloatDType => $"a {type}",
        _ => type.ToString()!,
    };

    private static string Shorten(string text) => text.Length <= 32 ? text : "...";
}

using Tracer.Core.Expressions;
using Tracer.D.Diagnostics;
using Tracer.D.Syntax;

namespace Tracer.D.Binding;

/// <summary>Casts, sizes and the types they name.</summary>
internal sealed partial class ExpressionBinder
{
    private TypedExpression? BindCast(CastSyntax cast)
    {
        var type = ResolveType(cast.Target);
        var bound = type is StringDType && TextArgument(cast.Operand) is { } text ? text : Bind(cast.Operand);
        if (type is null || bound is null)
            return null;
        var operand = Decay(bound);
        switch (type)
        {
            case StringDType:
                return TextOf(operand, cast.Span);
            case IntegerDType i when operand.Type is IntegerDType or PointerDType:
                return new TypedExpression(type, Folding.Convert(operand.Expression, i.Integer));
            case PointerDType when operand.Type is IntegerDType or PointerDType:
                return new TypedExpression(type, Folding.ToUInt64(operand.Expression));
            default:
                var hint = operand.Type is StringDType ? "a string has no number; an address is cast by (string)" : null;
                if (operand.Type is FloatDType && type is IntegerDType or PointerDType)
                    Refuse(operand.Type, cast.Span, "a cast");
                else
                    diagnostics.Add(type is FloatDType ? DiagnosticIds.Float : DiagnosticIds.WrongType, $"{Describe(operand.Type)} cannot become {type}", cast.Span, hint);
                return null;
        }
    }

    // (string)p and copyinstr(p): the text at an address; a text is itself.
    private TypedExpression? TextOf(TypedExpression operand, TextSpan span)
    {
        switch (operand.Type)
        {
            case StringDType:
                return operand;
            case IntegerDType or PointerDType:
                return new TypedExpression(StringDType.Instance, Build.CString(Folding.ToUInt64(operand.Expression)));
            default:
                diagnostics.Add(DiagnosticIds.WrongType, $"a string is at an address, and this is {Describe(operand.Type)}", span);
                return null;
        }
    }

    private TypedExpression? BindSizeOf(SizeOfValueSyntax size)
    {
        var inner = size.Operand is ParenthesizedSyntax p ? p.Inner : size.Operand;
        if (inner is NameSyntax name && scope.Resolve(name.Name) is null && scope.DebugTypes?.FindType(name.Name) is { } type)
            return SizeOf(type, name.Span);
        return Bind(size.Operand) is { } operand ? SizeOf(operand.Type, size.Operand.Span) : null;
    }

    private TypedExpression? SizeOf(DType type, TextSpan span)
    {
        if (type.Size > 0)
            return Integer(new ConstantExpression((ulong)type.Size, IntegerType.UInt64));
        diagnostics.Add(DiagnosticIds.WrongType, $"{type} has no size that is known", span);
        return null;
    }

    private DType? ResolveType(TypeSyntax syntax)
    {
        DType? type = syntax.Name switch
        {
            "void" => VoidDType.Instance,
            "string" => StringDType.Instance,
            "float" => new FloatDType(FloatType.Single),
            "double" => new FloatDType(FloatType.Double),
            _ when TypeNames.IntegerNamed(syntax.Name) is { } integer => new IntegerDType(integer),
            _ => scope.DebugTypes?.FindType(syntax.Name),
        };
        if (type is null)
        {
            var near = NameHints.Nearest(syntax.Name, TypeNames.All);
            diagnostics.Add(DiagnosticIds.UnknownType, $"there is no type {syntax.Name}", syntax.Span, near is not null ? $"did you mean {near}?"
                : scope.DebugTypes is null ? $"there are no debug types for {scope.Owner}" : null);
            return null;
        }

        for (var k = 0; k < syntax.Pointers; k++)
            type = new PointerDType(type);
        return type;
    }
}

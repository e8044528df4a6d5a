using Tracer.Core.Expressions;
using Tracer.D.Diagnostics;
using Tracer.D.Syntax;

namespace Tracer.D.Binding;

/// <summary>Memory: dereferences, elements, members, and arithmetic of addresses. An address is a uint64; offsets are sign-extended to it.</summary>
internal sealed partial class ExpressionBinder
{
    private TypedExpression? Dereference(TypedExpression operand, UnarySyntax unary)
    {
        if (operand.Type is PointerDType pointer)
            return ValueAt(operand.Expression, 0, pointer.Element, unary.Span);
        var hint = operand.Type is IntegerDType ? $"say what is there: *(uint32_t *)({Shorten(unary.Operand.ToString())})" : null;
        diagnostics.Add(DiagnosticIds.WrongType, $"'*' needs a pointer, not {Describe(operand.Type)}", unary.Span, hint);
        return null;
    }

    private TypedExpression? BindIndex(IndexSyntax index)
    {
        if (index.Target is NameSyntax name && scope.Resolve(name.Name) is null)
        {
            var message = $"arrays such as {name.Name}[...] are not available in an expression";
            diagnostics.Add(DiagnosticIds.NotAvailable, message, index.Span, NameHints.For(scope, name.Name));
            return null;
        }

        var bound = Bind(index.Target);
        var position = index.Indices.Count == 1 ? Bind(index.Indices[0]) : null;
        if (index.Indices.Count > 1)
            diagnostics.Add(DiagnosticIds.WrongType, "one index is enough for a pointer", index.Span);
        if (bound is null || position is null)
            return null;
        if (Decay(bound) is not { Type: PointerDType pointer } target)
        {
            var hint = bound.Type is IntegerDType ? "say what is there: ((uint32_t *)p)[i]" : null;
            diagnostics.Add(DiagnosticIds.WrongType, $"'[]' needs a pointer, not {Describe(bound.Type)}", index.Target.Span, hint);
            return null;
        }

        if (position.Type is not IntegerDType)
        {
            Refuse(position.Type, index.Indices[0].Span, "an index");
            return null;
        }

        return Advance(target, position.Expression, BinaryOperator.Add, index.Span) is { } moved ? ValueAt(moved.Expression, 0, pointer.Element, index.Span) : null;
    }

    private TypedExpression? BindMember(MemberSyntax member)
    {
        if (IsVariablePrefix(member.Target))
        {
            ReportVariable(((NameSyntax)member.Target).Name, member.Span);
            return null;
        }

        if (Bind(member.Target) is not { } bound)
            return null;
        bound = Decay(bound);
        var type = member.IsArrow && bound.Type is PointerDType pointer ? pointer.Element : bound.Type;
        if (type is not StructDType owner || (member.IsArrow && bound.Type is StructDType))
        {
            ReportNoStruct(member, bound.Type);
            return null;
        }

        if (scope.DebugTypes?.FindMember(owner, member.Name) is not { } found)
        {
            diagnostics.Add(DiagnosticIds.UnknownMember, $"{owner} has no member {member.Name}", member.NameSpan, MembersHint(owner, member.Name));
            return null;
        }

        return found.BitSize == 0 ? ValueAt(bound.Expression, found.Offset, found.Type, member.Span) : BitField(bound.Expression, found, member.NameSpan);
    }

    private TypedExpression? BindPointerArithmetic(BinarySyntax binary, TypedExpression left, TypedExpression right)
    {
        if (left.Type is PointerDType { Element: { } element } && left.Type == right.Type && binary.Operator == BinarySyntaxOperator.Subtract)
            return Difference(left.Expression, right.Expression, element, binary.Span);
        if (left.Type is PointerDType && right.Type is IntegerDType)
            return Advance(left, right.Expression, CoreOperator(binary.Operator), binary.Span);
        if (right.Type is PointerDType && left.Type is IntegerDType && binary.Operator == BinarySyntaxOperator.Add)
            return Advance(right, left.Expression, BinaryOperator.Add, binary.Span);
        if (left.Type is FloatDType || right.Type is FloatDType)
            Refuse(left.Type is FloatDType ? left.Type : right.Type, binary.Span, $"'{SyntaxOperators.TextOf(binary.Operator)}'");
        else
            diagnostics.Add(DiagnosticIds.WrongType, $"'{SyntaxOperators.TextOf(binary.Operator)}' cannot join {Describe(left.Type)} and {Describe(right.Type)}", binary.Span);
        return null;
    }

    private TypedExpression? Advance(TypedExpression pointer, Expression count, BinaryOperator @operator, TextSpan span)
    {
        var stride = Stride(((PointerDType)pointer.Type).Element);
        if (stride == 0)
            return ReportNoSize(((PointerDType)pointer.Type).Element, span);
        var distance = Folding.ToUInt64(Folding.Convert(count, Conversions.Promote(count.Integer)));
        if (stride > 1)
            distance = Folding.Binary(BinaryOperator.Multiply, distance, Build.Constant((ulong)stride));
        if (distance is ConstantExpression c)
            return pointer with { Expression = Build.Offset(pointer.Expression, @operator == BinaryOperator.Add ? (long)c.Value : -(long)c.Value) };
        return pointer with { Expression = Folding.Binary(@operator, pointer.Expression, distance) };
    }

    private TypedExpression? Difference(Expression left, Expression right, DType element, TextSpan span)
    {
        var stride = Stride(element);
        if (stride == 0)
            return ReportNoSize(element, span);
        var bytes = Folding.Convert(Folding.Binary(BinaryOperator.Subtract, left, right), IntegerType.Int64);
        return Integer(stride == 1 ? bytes : Folding.Binary(BinaryOperator.Divide, bytes, Build.Constant((ulong)stride, IntegerType.Int64)));
    }

    private TypedExpression? ValueAt(Expression address, long offset, DType type, TextSpan span)
    {
        switch (type)
        {
            case IntegerDType i:
                return new TypedExpression(type, Build.Load(address, offset, i.Integer));
            case PointerDType:
                return new TypedExpression(type, Build.LoadPointer(address, offset));
            case ReferenceDType r:
                return ValueAt(Build.LoadPointer(address, offset), 0, r.Element, span);
            case FloatDType f:
                return new TypedExpression(type, new FloatExpression(Build.Load(address, offset, IntegerType.Of(f.Size, false)), f.Format));
            case StructDType or ArrayDType:
                return new TypedExpression(type, Build.Offset(address, offset));
            default:
                var hint = type is StringDType ? "text is had by copyinstr(address) or (char *)" : "say what is there: *(uint32_t *)p";
                diagnostics.Add(DiagnosticIds.WrongType, $"there is no {type} in memory", span, hint);
                return null;
        }
    }

    // The bytes the bits touch, shifted up to the top and down again, which extends by the type's sign.
    private TypedExpression? BitField(Expression address, MemberPlace field, TextSpan span)
    {
        var bits = field.BitOffset + field.BitSize;
        if (field.Type is not IntegerDType { Integer: var type } || bits > 64 || field.BitOffset < 0)
        {
            diagnostics.Add(DiagnosticIds.UnknownMember, $"the bits of {field.Name} cannot be read", span);
            return null;
        }

        var touched = Build.Load(address, field.Offset, IntegerType.Of(bits <= 8 ? 1 : bits <= 16 ? 2 : bits <= 32 ? 4 : 8, signed: false));
        var wide = Folding.Convert(touched, type.Signed ? IntegerType.Int64 : IntegerType.UInt64);
        var raised = Folding.Binary(BinaryOperator.ShiftLeft, wide, Build.Constant((ulong)(64 - bits), wide.Integer));
        var lowered = Folding.Binary(BinaryOperator.ShiftRight, raised, Build.Constant((ulong)(64 - field.BitSize), wide.Integer));
        return new TypedExpression(field.Type, Folding.Convert(lowered, type));
    }

    // As GNU C has it, void counts as a byte.
    private static int Stride(DType element) => element is VoidDType ? 1 : element.Size;

    private TypedExpression? ReportNoSize(DType type, TextSpan span)
    {
        diagnostics.Add(DiagnosticIds.UnknownType, $"the size of {type} is not known, so pointers to it cannot be counted", span);
        return null;
    }

    private void ReportNoStruct(MemberSyntax member, DType type)
    {
        var (message, hint) = type switch
        {
            StructDType => ($"{type} is no pointer", $"write .{member.Name}"),
            PointerDType { Element: StructDType } => ($"{Describe(type)} has members behind '->'", $"write ->{member.Name}"),
            IntegerDType when scope.DebugTypes is null => (
                $"what {Shorten(member.Target.ToString())} points to is not known: there are no debug types for {scope.Owner}",
                "install debug information, or read memory by *(uint32_t *)(address + offset)"),
            _ => ($"{Describe(type)} has no members", (string?)null),
        };
        diagnostics.Add(DiagnosticIds.UnknownMember, message, member.Span, hint);
    }

    private string? MembersHint(DType type, string? wanted = null)
    {
        var members = type is StructDType owner ? scope.DebugTypes?.MembersOf(owner) ?? [] : [];
        if (members.Count == 0)
            return null;
        var near = wanted is null ? null : NameHints.Nearest(wanted, members);
        return $"it has {NameHints.List(members)}" + (near is null ? "" : $"; did you mean {near}?");
    }
}

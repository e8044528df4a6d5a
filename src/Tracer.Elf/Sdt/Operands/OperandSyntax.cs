namespace Tracer.Elf.Sdt.Operands;

/// <summary>An operand as written, before symbols are looked up.</summary>
internal abstract record OperandSyntax
{
    /// <summary>The normal form in AT&amp;T syntax.</summary>
    public abstract string Print();
}

/// <summary><c>%reg</c>.</summary>
internal sealed record RegisterSyntax(RegisterName Register) : OperandSyntax
{
    public override string Print() => $"%{Register.Name}";
}

/// <summary><c>$expr</c>, or an expression with <c>$</c> in front of its terms.</summary>
internal sealed record ImmediateSyntax(Expression Value) : OperandSyntax
{
    public override string Print() => $"${Value.Print(ExpressionPrecedence.Lowest)}";
}

/// <summary><c>%seg:displacement(base,index,scale)</c>; every part but one may be absent.</summary>
internal sealed record MemorySyntax(SegmentBase Segment, Expression? Displacement, RegisterName? Base, RegisterName? Index, int Scale) : OperandSyntax
{
    public override string Print()
    {
        var segment = Segment switch { SegmentBase.Fs => "%fs:", SegmentBase.Gs => "%gs:", _ => "" };
        var displacement = Displacement?.Print(ExpressionPrecedence.Lowest) ?? "";
        if (Base is null && Index is null)
            return segment + displacement;
        var index = Index is null ? "" : $",%{Index.Name}{(Scale == 1 ? "" : $",{Scale}")}";
        return $"{segment}{displacement}({(Base is null ? "" : $"%{Base.Name}")}{index})";
    }
}

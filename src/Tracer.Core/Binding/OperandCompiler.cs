using Tracer.Core.Expressions;
using Tracer.Elf;
using Tracer.Elf.Sdt;

namespace Tracer.Core.Binding;

/// <summary>Compiles a resolved USDT operand to an expression. Addresses of the image become relative to rip, so that no load bias is needed.</summary>
public static class OperandCompiler
{
    /// <summary>The expression of an operand at a site.</summary>
    /// <param name="operand">The operand, closed over symbols.</param>
    /// <param name="siteAddress">The site's link-time address, which is rip at the hit less the load bias.</param>
    public static Expression Compile(ResolvedOperand operand, ulong siteAddress)
    {
        ArgumentNullException.ThrowIfNull(operand);
        if (operand is UnresolvedOperand unresolved)
            return new UnavailableExpression(WantedType(operand), unresolved.Reason);
        if (operand.Size is not (1 or 2 or 4 or 8))
            return new UnavailableExpression(IntegerType.UInt64, $"an operand of {operand.Size} bytes is not supported");
        var integer = IntegerType.Of(operand.Size, operand.Signed && !operand.IsFloat);
        var value = operand switch
        {
            ConstantOperand constant => Build.Constant(constant.Value, integer),
            AddressOperand address => Build.Convert(ImageAddress(address.ImageAddress, siteAddress), integer),
            MemoryOperand memory => new LoadExpression(AddressOf(memory, siteAddress), integer),
            RegisterOperand { Register: >= X64Register.Xmm0 and <= X64Register.Xmm15 } vector =>
                Build.Convert(new VectorExpression(vector.Register), integer),
            RegisterOperand register => Build.Convert(RegisterPart(register), integer),
            _ => new UnavailableExpression(integer, "this form of operand is not supported"),
        };
        // xmm operands have no other reading than a number, whatever the note's size prefix says about floats.
        var isFloat = operand.IsFloat || operand is RegisterOperand { Register: >= X64Register.Xmm0 and <= X64Register.Xmm15 };
        return isFloat && operand.Size is 4 or 8 && value is not UnavailableExpression
            ? new FloatExpression(value, operand.Size == 4 ? FloatType.Single : FloatType.Double)
            : value;
    }

    // A part narrower than the declared size (8@%eax, 1@%ah) is extended from its own width.
    private static Expression RegisterPart(RegisterOperand operand)
    {
        var whole = Build.Register(operand.Register);
        if (operand.ByteOffset > 0)
            whole = Build.Binary(BinaryOperator.ShiftRight, whole, Build.Constant((ulong)operand.ByteOffset * 8));
        return operand.Width < operand.Size ? Build.Convert(whole, IntegerType.Of(operand.Width, operand.Signed)) : whole;
    }

    private static ExpressionType WantedType(ResolvedOperand operand) => (operand.IsFloat, operand.Size) switch
    {
        (true, 4) => FloatType.Single,
        (true, 8) => FloatType.Double,
        (_, 1 or 2 or 4 or 8) => IntegerType.Of(operand.Size, operand.Signed),
        _ => IntegerType.UInt64,
    };

    private static Expression ImageAddress(ulong imageAddress, ulong siteAddress) =>
        Build.Offset(Build.Register(X64Register.Rip), unchecked((long)(imageAddress - siteAddress)));

    private static Expression AddressOf(MemoryOperand memory, ulong siteAddress)
    {
        Expression? address = memory.Segment switch
        {
            SegmentBase.Fs => Build.Register(X64Register.FsBase),
            SegmentBase.Gs => Build.Register(X64Register.GsBase),
            _ => null,
        };
        if (memory.Base is { } register)
            address = Sum(address, Build.Register(register));
        if (memory.Index is { } index)
        {
            var scaled = Build.Register(index);
            if (memory.Scale > 1)
                scaled = Build.Binary(BinaryOperator.Multiply, scaled, Build.Constant((ulong)memory.Scale));
            address = Sum(address, scaled);
        }

        if (memory.ImageRelative)
            return Sum(address, ImageAddress(unchecked((ulong)memory.Displacement), siteAddress));
        return address is null ? Build.Constant(unchecked((ulong)memory.Displacement)) : Build.Offset(address, memory.Displacement);
    }

    private static Expression Sum(Expression? left, Expression right) =>
        left is null ? right : new BinaryExpression(BinaryOperator.Add, left, right);
}

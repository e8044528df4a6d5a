using Tracer.Core.Expressions;
using Tracer.Elf;
using Xunit;
using static Tracer.Core.Expressions.Build;

namespace Tracer.Core.Tests.Expressions;

public sealed class ExpressionPrinterTests
{
    [Fact]
    public void A_decoder_reads_like_its_c()
    {
        var code = LoadPointer(Register(X64Register.Rbx), 32);
        Assert.Equal("string(load8(load8(rbx+32)+120)+48)", CString(Offset(LoadPointer(code, 120), 48)).ToString());
    }

    [Fact]
    public void Displacements_of_displacements_fold() =>
        Assert.Equal("load4(rdi-8)", Load(Offset(Register(X64Register.Rdi), 16), -24, IntegerType.UInt32).ToString());

    [Fact]
    public void Equal_expressions_are_equal_and_have_one_hash()
    {
        static Expression Make() => new IterateExpression(
            3, new ExpressionList(Constant(1)), Constant(0), new ExpressionList(new LoopVariableExpression(0)), Constant(5));
        Assert.Equal(Make(), Make());
        Assert.Equal(Make().GetHashCode(), Make().GetHashCode());
    }

    [Fact]
    public void Operands_of_different_types_are_refused() =>
        Assert.Throws<ArgumentException>(() => new BinaryExpression(BinaryOperator.Add, Constant(1), Constant(1, IntegerType.Int32)));
}

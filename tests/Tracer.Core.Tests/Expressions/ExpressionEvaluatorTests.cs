using System.Text;
using CsCheck;
using Tracer.Core.Evaluation;
using Tracer.Core.Expressions;
using Tracer.Elf;
using Xunit;
using static Tracer.Core.Expressions.Build;

namespace Tracer.Core.Tests.Expressions;

public sealed class ExpressionEvaluatorTests
{
    private const ulong Start = 0x10000;
    private readonly byte[] _bytes = new byte[8192];
    private RegisterSet _registers;

    [Fact]
    public void A_load_extends_by_its_type()
    {
        _bytes[16] = 0xFE;
        _bytes[17] = 0xFF;
        Assert.Equal((EvaluationStatus.Ok, 0xFEUL), Evaluate(Load(Constant(Start), 16, IntegerType.UInt8)));
        Assert.Equal((EvaluationStatus.Ok, unchecked((ulong)-2L)), Evaluate(Load(Constant(Start), 16, IntegerType.Int8)));
        Assert.Equal((EvaluationStatus.Ok, unchecked((ulong)-2L)), Evaluate(Load(Constant(Start), 16, IntegerType.Int16)));
        Assert.Equal((EvaluationStatus.Ok, 0xFFFEUL), Evaluate(Load(Constant(Start), 16, IntegerType.UInt32)));
    }

    [Fact]
    public void A_load_that_crosses_into_unreadable_memory_faults_at_its_address()
    {
        var last = Start + (ulong)_bytes.Length - 4;
        Assert.Equal((EvaluationStatus.Ok, 0UL), Evaluate(Load(Constant(last), 0, IntegerType.UInt32)));
        Assert.Equal((EvaluationStatus.Fault, last), Evaluate(Load(Constant(last), 0, IntegerType.UInt64)));
        Assert.Equal((EvaluationStatus.Fault, 8UL), Evaluate(LoadPointer(Constant(0), 8)));
    }

    [Fact]
    public void The_branch_not_taken_is_not_evaluated()
    {
        var bad = LoadPointer(Constant(0));
        Assert.Equal((EvaluationStatus.Ok, 7UL), Evaluate(If(Constant(1), Constant(7), bad)));
        Assert.Equal((EvaluationStatus.Ok, 7UL), Evaluate(If(Constant(0), bad, Constant(7))));
        Assert.Equal((EvaluationStatus.Ok, 0UL), Evaluate(Binary(BinaryOperator.LogicalAnd, Constant(0), bad)));
        Assert.Equal((EvaluationStatus.Ok, 1UL), Evaluate(Binary(BinaryOperator.LogicalOr, Constant(9), bad)));
        Assert.Equal(EvaluationStatus.Fault, Evaluate(Binary(BinaryOperator.LogicalOr, Constant(0), bad)).Status);
    }

    [Fact]
    public void Division_by_zero_is_a_status_and_the_smallest_by_minus_one_wraps()
    {
        var smallest = Constant(unchecked((ulong)int.MinValue), IntegerType.Int32);
        var minusOne = Constant(ulong.MaxValue, IntegerType.Int32);
        Assert.Equal(EvaluationStatus.DivideByZero, Evaluate(Binary(BinaryOperator.Divide, smallest, Constant(0, IntegerType.Int32))).Status);
        Assert.Equal((EvaluationStatus.Ok, unchecked((ulong)int.MinValue)), Evaluate(Binary(BinaryOperator.Divide, smallest, minusOne)));
        Assert.Equal((EvaluationStatus.Ok, 0UL), Evaluate(Binary(BinaryOperator.Remainder, smallest, minusOne)));
    }

    [Fact]
    public void Arithmetic_agrees_with_csharp_for_all_widths() =>
        Gen.Select(Gen.Long, Gen.Long, Gen.Int[0, 7]).Sample((a, b, kind) =>
        {
            var type = IntegerType.Of(1 << (kind >> 1), (kind & 1) != 0);
            var (left, right) = (Constant((ulong)a, type), Constant((ulong)b, type));
            var expected = (type.Size, type.Signed) switch
            {
                (1, true) => (ulong)(long)(sbyte)((sbyte)a + (sbyte)b),
                (2, true) => (ulong)(long)(short)((short)a + (short)b),
                (4, true) => (ulong)(long)((int)a + (int)b),
                (8, true) => (ulong)(a + b),
                (1, false) => (byte)((byte)a + (byte)b),
                (2, false) => (ushort)((ushort)a + (ushort)b),
                (4, false) => (uint)a + (uint)b,
                _ => (ulong)a + (ulong)b,
            };
            Assert.Equal((EvaluationStatus.Ok, expected), Evaluate(new BinaryExpression(BinaryOperator.Add, left, right)));
            var less = type.Signed
                ? type.Size switch { 1 => (sbyte)a < (sbyte)b, 2 => (short)a < (short)b, 4 => (int)a < (int)b, _ => a < b }
                : type.Size switch { 1 => (byte)a < (byte)b, 2 => (ushort)a < (ushort)b, 4 => (uint)a < (uint)b, _ => (ulong)a < (ulong)b };
            Assert.Equal((EvaluationStatus.Ok, less ? 1UL : 0UL), Evaluate(Binary(BinaryOperator.Less, left, right)));
        });

    [Fact]
    public void A_loop_walks_a_table()
    {
        // Sum bytes until a zero.
        for (var k = 0; k < 10; k++)
            _bytes[k] = (byte)(k + 1);
        var (at, sum) = (new LoopVariableExpression(0), new LoopVariableExpression(1));
        var item = ToUInt64(Load(at, 0, IntegerType.UInt8));
        var loop = new IterateExpression(
            100,
            new ExpressionList(Constant(Start), Constant(0)),
            Binary(BinaryOperator.NotEqual, item, Constant(0)),
            new ExpressionList(Offset(at, 1), Binary(BinaryOperator.Add, sum, item)),
            sum);
        Assert.Equal((EvaluationStatus.Ok, 55UL), Evaluate(loop));
    }

    [Fact]
    public void A_loop_that_reaches_its_limit_says_so()
    {
        var v = new LoopVariableExpression(0);
        var loop = new IterateExpression(5, new ExpressionList(Constant(0)), Constant(1), new ExpressionList(Offset(v, 1)), v);
        Assert.Equal(EvaluationStatus.LoopLimit, Evaluate(loop).Status);
    }

    [Fact]
    public void Registers_saved_values_and_vectors_are_read()
    {
        _registers[X64Register.Rbx] = 5;
        Assert.Equal((EvaluationStatus.Ok, 5UL), Evaluate(Register(X64Register.Rbx)));
        Assert.Equal(EvaluationStatus.Unavailable, Evaluate(new VectorExpression(X64Register.Xmm0)).Status);
        Assert.Equal(EvaluationStatus.Unavailable, Evaluate(new SavedExpression(0)).Status);
        _registers.HasVectors = true;
        _registers.SetVector(3, 9);
        Assert.Equal((EvaluationStatus.Ok, 9UL), Evaluate(new VectorExpression(X64Register.Xmm0 + 3)));
    }

    [Theory]
    [InlineData("", 8, EvaluationStatus.Ok, 0)]
    [InlineData("fib", 8, EvaluationStatus.Ok, 3)]
    [InlineData("exactly8", 8, EvaluationStatus.Ok, 8)]
    [InlineData("nine byte", 8, EvaluationStatus.Truncated, 8)]
    public void Terminated_text_is_whole_or_marked(string text, int limit, EvaluationStatus status, int bytes)
    {
        Encoding.UTF8.GetBytes(text).CopyTo(_bytes, 100);
        Span<byte> buffer = stackalloc byte[limit];
        var evaluator = new ExpressionEvaluator(in _registers, new BufferMemory(Start, _bytes), []);
        Assert.Equal(status, evaluator.ReadText(new TextExpression(Constant(Start + 100)), buffer, out var read, out _, out _));
        Assert.Equal(bytes, read);
        Assert.Equal(text[..bytes], Encoding.UTF8.GetString(buffer[..read]));
    }

    [Fact]
    public void Text_without_an_end_before_unreadable_memory_is_a_fault_at_its_start()
    {
        Array.Fill(_bytes, (byte)'x');
        Span<byte> buffer = stackalloc byte[5000];
        var evaluator = new ExpressionEvaluator(in _registers, new BufferMemory(Start, _bytes), []);
        var address = Start + (ulong)_bytes.Length - 100;
        Assert.Equal(EvaluationStatus.Fault, evaluator.ReadText(new TextExpression(Constant(address)), buffer, out _, out _, out var value));
        Assert.Equal(address, value);
        Assert.Equal(EvaluationStatus.Fault, evaluator.ReadText(new TextExpression(Constant(0)), buffer, out _, out _, out value));
        Assert.Equal(0UL, value);
    }

    [Fact]
    public void Counted_text_reports_its_whole_length()
    {
        "a\0b\0c\0d\0"u8.CopyTo(_bytes);
        Span<byte> buffer = stackalloc byte[4];
        var evaluator = new ExpressionEvaluator(in _registers, new BufferMemory(Start, _bytes), []);
        var text = new TextExpression(Constant(Start), Constant(4), Constant((ulong)Charset.Ucs2));
        Assert.Equal(EvaluationStatus.Truncated, evaluator.ReadText(text, buffer, out var read, out var charset, out var whole));
        Assert.Equal((4, Charset.Ucs2, 8UL), (read, charset, whole));
    }

    private (EvaluationStatus Status, ulong Value) Evaluate(Expression expression)
    {
        var evaluator = new ExpressionEvaluator(in _registers, new BufferMemory(Start, _bytes), []);
        var status = evaluator.Evaluate(expression, out var value);
        return (status, value);
    }
}

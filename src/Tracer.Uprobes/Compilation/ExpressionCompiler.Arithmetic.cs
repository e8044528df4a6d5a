using Tracer.Bpf;
using Tracer.Core.Evaluation;
using Tracer.Core.Expressions;
using static Tracer.Bpf.BpfRegister;

namespace Tracer.Uprobes.Compilation;

/// <content>Operators: values are canonical 64-bit integers, as in <see cref="IntegerMath"/>.</content>
internal sealed partial class ExpressionCompiler
{
    /// <summary>Falls through when the expression is nonzero and jumps when it is zero; R0 and R1 are lost.</summary>
    public void Branch(Expression condition, BpfLabel whenZero, BpfLabel fail)
    {
        switch (condition)
        {
            case BinaryExpression { Operator: BinaryOperator.LogicalAnd } b:
                Branch(b.Left, whenZero, fail);
                Branch(b.Right, whenZero, fail);
                break;
            case BinaryExpression { Operator: BinaryOperator.LogicalOr } b:
                var right = code.NewLabel();
                var done = code.NewLabel();
                Branch(b.Left, right, fail);
                code.Jump(done).Bind(right);
                Branch(b.Right, whenZero, fail);
                code.Bind(done);
                break;
            case BinaryExpression { Operator: >= BinaryOperator.Equal } b:
                Operands(b, fail);
                code.JumpIf(Opposite(b.Operator, b.Left.Integer.Signed), R0, R1, whenZero);
                break;
            case TextCompareExpression c:
                BranchOnTexts(c, whenZero, fail);
                break;
            case UnaryExpression { Operator: UnaryOperator.Not } u:
                var isZero = code.NewLabel();
                Branch(u.Operand, isZero, fail);
                code.Jump(whenZero).Bind(isZero);
                break;
            default:
                Evaluate(condition, fail);
                code.JumpIf(BpfCondition.Equal, R0, 0, whenZero);
                break;
        }
    }

    private void Unary(UnaryExpression unary, BpfLabel fail)
    {
        if (unary.Operator == UnaryOperator.Not)
        {
            Truth(unary, fail);
            return;
        }

        Evaluate(unary.Operand, fail);
        if (unary.Operator == UnaryOperator.Negate)
            code.Negate(R0);
        else
            code.Alu(BpfOperation.Xor, R0, -1);
        Extend(R0, unary.Operand.Integer);
    }

    private void Binary(BinaryExpression binary, BpfLabel fail)
    {
        if (binary.Operator >= BinaryOperator.Equal)
        {
            Truth(binary, fail);
            return;
        }

        var type = binary.Left.Integer;
        Operands(binary, fail);
        switch (binary.Operator)
        {
            case BinaryOperator.Divide or BinaryOperator.Remainder:
                Divide(binary.Operator, type.Signed, fail);
                break;
            case BinaryOperator.ShiftLeft or BinaryOperator.ShiftRight:
                code.Alu(BpfOperation.And, R1, type.Size * 8 - 1);
                code.Alu(
                    binary.Operator == BinaryOperator.ShiftLeft ? BpfOperation.ShiftLeft
                    : type.Signed ? BpfOperation.ArithmeticShiftRight
                    : BpfOperation.ShiftRight,
                    R0,
                    R1);
                break;
            default:
                code.Alu(Plain(binary.Operator), R0, R1);
                break;
        }

        // Bitwise operations and right shifts keep the canonical form.
        if (binary.Operator <= BinaryOperator.Remainder || binary.Operator == BinaryOperator.ShiftLeft)
            Extend(R0, type);
    }

    /// <summary>A comparison or logical operator as 0 or 1.</summary>
    private void Truth(Expression expression, BpfLabel fail)
    {
        var no = code.NewLabel();
        var end = code.NewLabel();
        Branch(expression, no, fail);
        code.Move(R0, 1).Jump(end).Bind(no).Move(R0, 0).Bind(end);
    }

    /// <summary>Evaluates the left side into R0 and the right into R1, the left first.</summary>
    private void Operands(BinaryExpression binary, BpfLabel fail)
    {
        if (IsLeaf(binary.Right))
        {
            Evaluate(binary.Left, fail);
            TryLoadLeaf(binary.Right, R1);
        }
        else if (IsLeaf(binary.Left))
        {
            Evaluate(binary.Right, fail);
            code.Move(R1, R0);
            TryLoadLeaf(binary.Left, R0);
        }
        else
        {
            var mark = frame.Mark;
            var left = frame.Reserve(8);
            Evaluate(binary.Left, fail);
            code.Store(BpfSize.Double, R10, left, R0);
            Evaluate(binary.Right, fail);
            code.Move(R1, R0).Load(BpfSize.Double, R0, R10, left);
            frame.ReleaseTo(mark);
        }
    }

    private bool IsLeaf(Expression expression) => expression switch
    {
        ConstantExpression or LoopVariableExpression => true,
        RegisterExpression r => ContextLayout.OffsetOf(r.Register) is not null,
        SavedExpression s => s.Slot < _savedCount,
        _ => false,
    };

    // By -1 the smallest number overflows: kernels before 6.12 trapped on it, so the quotient is made by negation.
    private void Divide(BinaryOperator @operator, bool signed, BpfLabel fail)
    {
        var nonzero = code.NewLabel();
        var end = code.NewLabel();
        var isDivision = @operator == BinaryOperator.Divide;
        code.JumpIf(BpfCondition.NotEqual, R1, 0, nonzero)
            .Move(R0, 0).Move(R1, (int)EvaluationStatus.DivideByZero).Jump(fail)
            .Bind(nonzero);
        if (!signed)
        {
            code.Alu(isDivision ? BpfOperation.Divide : BpfOperation.Modulo, R0, R1);
            return;
        }

        var ordinary = code.NewLabel();
        code.JumpIf(BpfCondition.NotEqual, R1, -1, ordinary);
        if (isDivision)
            code.Negate(R0);
        else
            code.Move(R0, 0);
        code.Jump(end).Bind(ordinary)
            .Alu(isDivision ? BpfOperation.SignedDivide : BpfOperation.SignedModulo, R0, R1)
            .Bind(end);
    }

    /// <summary>Brings a register into the canonical form of a type; by shifts, which every kernel has.</summary>
    private void Extend(BpfRegister register, IntegerType type)
    {
        var spare = 64 - type.Size * 8;
        if (spare == 0)
            return;
        if (type is { Signed: false, Size: 4 })
            code.Move32(register, register);
        else if (!type.Signed)
            code.Alu(BpfOperation.And, register, (1 << (type.Size * 8)) - 1);
        else
            code.Alu(BpfOperation.ShiftLeft, register, spare).Alu(BpfOperation.ArithmeticShiftRight, register, spare);
    }

    private static BpfOperation Plain(BinaryOperator @operator) => @operator switch
    {
        BinaryOperator.Add => BpfOperation.Add,
        BinaryOperator.Subtract => BpfOperation.Subtract,
        BinaryOperator.Multiply => BpfOperation.Multiply,
        BinaryOperator.And => BpfOperation.And,
        BinaryOperator.Or => BpfOperation.Or,
        _ => BpfOperation.Xor,
    };

    private static BpfCondition Opposite(BinaryOperator @operator, bool signed) => (@operator, signed) switch
    {
        (BinaryOperator.Equal, _) => BpfCondition.NotEqual,
        (BinaryOperator.NotEqual, _) => BpfCondition.Equal,
        (BinaryOperator.Less, false) => BpfCondition.GreaterOrEqual,
        (BinaryOperator.Less, true) => BpfCondition.SignedGreaterOrEqual,
        (_, false) => BpfCondition.Greater,
        _ => BpfCondition.SignedGreater,
    };
}

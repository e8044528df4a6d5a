using Iced.Intel;
using Tracer.Core.Expressions;
using Tracer.Elf;

namespace Tracer.Runtimes.Native;

/// <summary>Whether a conditional jump will be taken, as an expression over the flags (Intel SDM volume 1, appendix B, "EFLAGS Condition Codes").</summary>
internal static class BranchCondition
{
    private const int Carry = 0, Parity = 2, Zero = 6, Sign = 7, Overflow = 11;

    /// <summary>The condition; null for jumps that depend on a register (jrcxz, loop).</summary>
    public static Expression? Of(in Instruction instruction) => instruction.ConditionCode switch
    {
        ConditionCode.o => Flag(Overflow),
        ConditionCode.no => Not(Flag(Overflow)),
        ConditionCode.b => Flag(Carry),
        ConditionCode.ae => Not(Flag(Carry)),
        ConditionCode.e => Flag(Zero),
        ConditionCode.ne => Not(Flag(Zero)),
        ConditionCode.be => Or(Flag(Carry), Flag(Zero)),
        ConditionCode.a => Not(Or(Flag(Carry), Flag(Zero))),
        ConditionCode.s => Flag(Sign),
        ConditionCode.ns => Not(Flag(Sign)),
        ConditionCode.p => Flag(Parity),
        ConditionCode.np => Not(Flag(Parity)),
        ConditionCode.l => Differ(),
        ConditionCode.ge => Not(Differ()),
        ConditionCode.le => Or(Flag(Zero), Differ()),
        ConditionCode.g => Not(Or(Flag(Zero), Differ())),
        _ => null,
    };

    private static Expression Flag(int bit) => Build.Bits(Build.Register(X64Register.Rflags), bit, 1);

    private static Expression Not(Expression value) => Build.EqualTo(value, 0);

    private static Expression Or(Expression left, Expression right) => Build.Binary(BinaryOperator.Or, left, right);

    private static Expression Differ() => Build.Binary(BinaryOperator.Xor, Flag(Sign), Flag(Overflow));
}

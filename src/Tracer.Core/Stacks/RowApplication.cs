using Tracer.Elf;
using Tracer.Elf.Dwarf.Frames;

namespace Tracer.Core.Stacks;

/// <summary>Finds a caller's registers by a row of unwind rules (DWARF 5, 6.4).</summary>
internal static class RowApplication
{
    /// <summary>Computes the caller's registers; null when they were found, else why the stack ends here.</summary>
    /// <param name="row">The rules for the frame's address.</param>
    /// <param name="frame">The frame's registers.</param>
    /// <param name="memory">The stack.</param>
    /// <param name="caller">The caller's registers. Those that have no rule keep their value, as the callee preserves them or nobody asks.</param>
    public static StackEnd? TryApply(in UnwindRow row, in FrameRegisters frame, MemoryWindow memory, out FrameRegisters caller)
    {
        caller = frame;
        if (row[row.ReturnAddressRegister].Kind == RegisterRuleKind.Undefined)
            return StackEnd.Outermost;
        if (row[row.ReturnAddressRegister].Kind == RegisterRuleKind.Unspecified)
            return StackEnd.InvalidUnwindInformation;
        var context = new FrameContext(in frame, memory);
        if (!TryFindCfa(row, frame, ref context, out var cfa))
            return StackEnd.InvalidUnwindInformation;
        caller.Sp = cfa;
        for (var register = 0; register < UnwindRow.RegisterCount; register++)
        {
            var rule = row[register];
            if (rule.Kind is RegisterRuleKind.Unspecified or RegisterRuleKind.Undefined or RegisterRuleKind.SameValue)
                continue;
            if (!TryRecover(row, rule, cfa, frame, ref context, memory, out var value, out var failure))
            {
                // In an epilogue gcc's rules still name the slot that was popped, below the stack pointer, of which a copied stack has nothing: the register has the value again.
                if (failure == StackEnd.MemoryUnreadable && rule.Kind == RegisterRuleKind.Offset && register != row.ReturnAddressRegister && unchecked(cfa + (ulong)rule.Value) < frame.Sp)
                    continue;
                return failure;
            }

            caller[register] = value;
        }

        if (row.ReturnAddressRegister != (int)X64Register.Rip)
            caller.Pc = caller[row.ReturnAddressRegister];
        return null;
    }

    private static bool TryFindCfa(in UnwindRow row, in FrameRegisters frame, ref FrameContext context, out ulong cfa)
    {
        if (row.Cfa.Kind == CfaRuleKind.Expression)
            return FrameExpression.TryEvaluate(row.Expression(row.Cfa.Value), null, ref context, out cfa);
        var known = row.Cfa.Kind == CfaRuleKind.RegisterOffset && row.Cfa.Register < UnwindRow.RegisterCount;
        cfa = known ? unchecked(frame[row.Cfa.Register] + (ulong)row.Cfa.Value) : 0;
        return known;
    }

    private static bool TryRecover(in UnwindRow row, RegisterRule rule, ulong cfa, in FrameRegisters frame, ref FrameContext context, MemoryWindow memory,
        out ulong value, out StackEnd failure)
    {
        failure = StackEnd.InvalidUnwindInformation;
        switch (rule.Kind)
        {
            case RegisterRuleKind.ValueOffset:
                value = unchecked(cfa + (ulong)rule.Value);
                return true;
            case RegisterRuleKind.Register:
                var known = (ulong)rule.Value < UnwindRow.RegisterCount;
                value = known ? frame[(int)rule.Value] : 0;
                return known;
            case RegisterRuleKind.ValueExpression:
                return FrameExpression.TryEvaluate(row.Expression(rule.Value), cfa, ref context, out value);
            case RegisterRuleKind.Expression:
                if (!FrameExpression.TryEvaluate(row.Expression(rule.Value), cfa, ref context, out value))
                    return false;
                break;
            default:
                value = unchecked(cfa + (ulong)rule.Value);
                break;
        }

        failure = StackEnd.MemoryUnreadable;
        return memory.TryRead(value, sizeof(ulong), out value);
    }
}

using System.Runtime.CompilerServices;

namespace Tracer.Elf.Dwarf.Frames;

/// <summary>
/// Evaluates the expressions of call frame information (DWARF 5, 2.5 and 6.4.2: those without a context of their own) without allocation,
/// within a fixed stack and number of steps.
/// </summary>
public static class FrameExpression
{
    private const int MaxSteps = 1024;

    /// <summary>Evaluates an expression.</summary>
    /// <typeparam name="T">The kind of context; a structure is not boxed.</typeparam>
    /// <param name="expression">The bytes.</param>
    /// <param name="initial">What is on the stack at first: the CFA for rules of registers; null for the CFA itself.</param>
    /// <param name="context">Registers and memory.</param>
    /// <param name="value">The top of the stack at the end.</param>
    /// <returns>False for operations that have no place here, bad operands, and whatever cannot be read.</returns>
    public static bool TryEvaluate<T>(ReadOnlySpan<byte> expression, ulong? initial, ref T context, out ulong value)
        where T : IFrameContext, allows ref struct
    {
        value = 0;
        var stack = default(Stack);
        if (initial is { } first)
            stack.Push(first);
        var cursor = new DwarfCursor(expression);
        for (int step = 0; !cursor.AtEnd; step++)
        {
            if (step == MaxSteps || !TryStep(ref cursor, ref stack, ref context) || cursor.Failed || stack.Failed)
                return false;
        }
        value = stack.Pop();
        return !stack.Failed;
    }

    private static bool TryStep<T>(ref DwarfCursor cursor, ref Stack stack, ref T context)
        where T : IFrameContext, allows ref struct
    {
        int opcode = cursor.ReadU8();
        switch (opcode)
        {
            case 0x03 or 0x0e or 0x0f: // DW_OP_addr, const8u, const8s
                stack.Push(cursor.ReadU64());
                return true;
            case 0x06: // DW_OP_deref
                return TryRead(ref stack, ref context, 8);
            case 0x08: // DW_OP_const1u
                stack.Push(cursor.ReadU8());
                return true;
            case 0x09: // DW_OP_const1s
                stack.Push((ulong)(sbyte)cursor.ReadU8());
                return true;
            case 0x0a: // DW_OP_const2u
                stack.Push(cursor.ReadU16());
                return true;
            case 0x0b: // DW_OP_const2s
                stack.Push((ulong)(short)cursor.ReadU16());
                return true;
            case 0x0c: // DW_OP_const4u
                stack.Push(cursor.ReadU32());
                return true;
            case 0x0d: // DW_OP_const4s
                stack.Push((ulong)(int)cursor.ReadU32());
                return true;
            case 0x10: // DW_OP_constu
                stack.Push(cursor.ReadUleb());
                return true;
            case 0x11: // DW_OP_consts
                stack.Push((ulong)cursor.ReadSleb());
                return true;
            case 0x12: // DW_OP_dup
                stack.Push(stack.Peek(0));
                return true;
            case 0x13: // DW_OP_drop
                stack.Pop();
                return true;
            case 0x14: // DW_OP_over
                stack.Push(stack.Peek(1));
                return true;
            case 0x15: // DW_OP_pick
                stack.Push(stack.Peek(cursor.ReadU8()));
                return true;
            case 0x16: // DW_OP_swap
                var (top, second) = (stack.Pop(), stack.Pop());
                stack.Push(top);
                stack.Push(second);
                return true;
            case 0x17: // DW_OP_rot
                var (one, two, three) = (stack.Pop(), stack.Pop(), stack.Pop());
                stack.Push(one);
                stack.Push(three);
                stack.Push(two);
                return true;
            case 0x19: // DW_OP_abs
                long signed = (long)stack.Pop();
                stack.Push(signed < 0 ? unchecked((ulong)-signed) : (ulong)signed);
                return true;
            case 0x1f: // DW_OP_neg
                stack.Push(unchecked(0 - stack.Pop()));
                return true;
            case 0x20: // DW_OP_not
                stack.Push(~stack.Pop());
                return true;
            case 0x23: // DW_OP_plus_uconst
                stack.Push(unchecked(stack.Pop() + cursor.ReadUleb()));
                return true;
            case 0x28: // DW_OP_bra
                return TryJump(ref cursor, (short)cursor.ReadU16(), stack.Pop() != 0);
            case 0x2f: // DW_OP_skip
                return TryJump(ref cursor, (short)cursor.ReadU16(), true);
            case >= 0x1a and <= 0x2e: // binary operations
                var (right, left) = (stack.Pop(), stack.Pop());
                if (!TryCompute(opcode, left, right, out ulong result))
                    return false;
                stack.Push(result);
                return true;
            case >= 0x30 and <= 0x4f: // DW_OP_lit0 to lit31
                stack.Push((ulong)opcode - 0x30);
                return true;
            case >= 0x70 and <= 0x8f: // DW_OP_breg0 to breg31
                return TryPushRegister(ref stack, ref context, (ulong)opcode - 0x70, cursor.ReadSleb());
            case 0x92: // DW_OP_bregx
                return TryPushRegister(ref stack, ref context, cursor.ReadUleb(), cursor.ReadSleb());
            case 0x94: // DW_OP_deref_size
                return TryRead(ref stack, ref context, cursor.ReadU8());
            case 0x96 or 0x9f: // DW_OP_nop; DW_OP_stack_value changes nothing here
                return true;
            default:
                return false;
        }
    }

    private static bool TryCompute(int opcode, ulong left, ulong right, out ulong result)
    {
        unchecked
        {
            long signedLeft = (long)left, signedRight = (long)right;
            bool known = true;
            result = opcode switch
            {
                0x1a => left & right,
                0x1b => signedRight == 0 ? Unknown(out known) : signedRight == -1 ? 0 - left : (ulong)(signedLeft / signedRight),
                0x1c => left - right,
                0x1d => right == 0 ? Unknown(out known) : left % right,
                0x1e => left * right,
                0x21 => left | right,
                0x22 => left + right,
                0x24 => right > 63 ? 0 : left << (int)right,
                0x25 => right > 63 ? 0 : left >> (int)right,
                0x26 => (ulong)(signedLeft >> (int)Math.Min(right, 63)),
                0x27 => left ^ right,
                0x29 => Flag(signedLeft == signedRight),
                0x2a => Flag(signedLeft >= signedRight),
                0x2b => Flag(signedLeft > signedRight),
                0x2c => Flag(signedLeft <= signedRight),
                0x2d => Flag(signedLeft < signedRight),
                0x2e => Flag(signedLeft != signedRight),
                _ => Unknown(out known),
            };
            return known;
        }
    }

    private static ulong Flag(bool value) => value ? 1UL : 0;

    private static ulong Unknown(out bool known)
    {
        known = false;
        return 0;
    }

    private static bool TryRead<T>(ref Stack stack, ref T context, int size)
        where T : IFrameContext, allows ref struct
    {
        if (size is not (1 or 2 or 4 or 8) || !context.TryRead(stack.Pop(), size, out ulong value))
            return false;
        stack.Push(value);
        return true;
    }

    private static bool TryPushRegister<T>(ref Stack stack, ref T context, ulong register, long offset)
        where T : IFrameContext, allows ref struct
    {
        if (register > int.MaxValue || !context.TryGetRegister((int)register, out ulong value))
            return false;
        stack.Push(unchecked(value + (ulong)offset));
        return true;
    }

    private static bool TryJump(ref DwarfCursor cursor, short distance, bool taken)
    {
        if (!taken)
            return true;
        int target = cursor.Position + distance;
        if (target < 0)
            return false;
        cursor = cursor.At(target);
        return true;
    }

    private struct Stack
    {
        private Slots _slots;
        private int _count;

        public bool Failed { get; private set; }

        public void Push(ulong value)
        {
            if (_count == Slots.Capacity)
                Failed = true;
            else
                _slots[_count++] = value;
        }

        public ulong Pop()
        {
            if (_count != 0)
                return _slots[--_count];
            Failed = true;
            return 0;
        }

        public ulong Peek(int depth)
        {
            if (depth < _count)
                return _slots[_count - 1 - depth];
            Failed = true;
            return 0;
        }
    }

    [InlineArray(Capacity)]
    private struct Slots
    {
        public const int Capacity = 32;
        private ulong _first;
    }
}

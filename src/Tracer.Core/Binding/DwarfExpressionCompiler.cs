using System.Buffers.Binary;
using System.Globalization;
using Tracer.Core.Expressions;
using Tracer.Elf;
using Tracer.Elf.Dwarf;

namespace Tracer.Core.Binding;

/// <summary>
/// Compiles DWARF location descriptions (DWARF 5, 2.5 and 2.6) to expressions over registers and memory. What cannot be compiled is
/// <see cref="DwarfPlace.Nowhere"/> with a reason; nothing is guessed.
/// </summary>
public sealed class DwarfExpressionCompiler
{
    // Longer than what compilers write for a variable; the limit on nodes also stops expressions that double themselves with DW_OP_dup.
    private const int MaximumOperations = 128;
    private const int MaximumNodes = 256;
    private const int MaximumDepth = 3;

    private readonly DwarfContext _context;
    private readonly Stack<(Expression Value, int Nodes)> _stack = new();

    private DwarfExpressionCompiler(DwarfContext context) => _context = context;

    /// <summary>The place that an expression describes at an instruction.</summary>
    public static DwarfPlace Compile(DwarfExpression expression, DwarfContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Compile(expression, context, 0);
    }

    private static DwarfPlace Compile(DwarfExpression expression, DwarfContext context, int depth)
    {
        if (expression.Bytes.IsEmpty)
            return new DwarfPlace.Nowhere("it is optimised out here");
        if (depth > MaximumDepth || !expression.TryDecode(out var operations) || operations.Count > MaximumOperations)
            return new DwarfPlace.Nowhere($"its location '{expression}' is not understood");
        return new DwarfExpressionCompiler(context).Run(operations, expression, depth);
    }

    private DwarfPlace Run(IReadOnlyList<DwarfOperation> operations, DwarfExpression whole, int depth)
    {
        for (var k = 0; k < operations.Count; k++)
        {
            var operation = operations[k];
            var last = k == operations.Count - 1;
            switch (operation.Opcode)
            {
                case >= 0x50 and <= 0x6f or 0x90: // DW_OP_reg0 to reg31, DW_OP_regx
                    return last && operation.Register is { } register && IsReadable(register)
                        ? new DwarfPlace.InRegister(register)
                        : Composite(operations, operation);
                case 0x9e: // DW_OP_implicit_value
                    return last ? Implicit(operation.Block.Span) : Composite(operations, operation);
                case 0x9f: // DW_OP_stack_value
                    return !last ? Composite(operations, operation) : _stack.TryPop(out var value) ? new DwarfPlace.Known(value.Value) : Malformed(whole);
                case 0x93 or 0x9d: // DW_OP_piece, DW_OP_bit_piece
                    return Composite(operations, operation);
                case 0xa0 or 0xf2: // DW_OP_implicit_pointer and GNU's
                    return new DwarfPlace.Nowhere("it is optimised out here, only what it points to is known");
                case 0xa3 or 0xf3: // DW_OP_entry_value and GNU's
                    if (EntryValue(operation, whole, depth) is { } lost)
                        return lost;
                    break;
                case 0x91: // DW_OP_fbreg
                    if (FrameBase(depth, out var frameBase) is { } problem)
                        return problem;
                    Push(Build.Offset(frameBase!, operation.Operand1));
                    break;
                case 0x9c: // DW_OP_call_frame_cfa
                    if (_context.CanonicalFrameAddress is not { } frame)
                        return new DwarfPlace.Nowhere("the frame's address is not known here");
                    Push(frame);
                    break;
                default:
                    if (!Step(operation))
                        return new DwarfPlace.Nowhere($"its location needs {operation}, which is not supported");
                    break;
            }

            if (_stack.TryPeek(out var top) && top.Nodes > MaximumNodes)
                return new DwarfPlace.Nowhere("its location is too long");
        }

        return _stack.TryPop(out var address) ? new DwarfPlace.InMemory(address.Value) : Malformed(whole);
    }

    // One operation on the stack of addresses; false when it is not supported or the stack is too short.
    private bool Step(DwarfOperation operation)
    {
        var constant = unchecked((ulong)operation.Operand1);
        switch (operation.Opcode)
        {
            case 0x03: // DW_OP_addr
                return Push(Build.Offset(Build.Register(X64Register.Rip), unchecked((long)(constant - _context.Address))));
            case >= 0x08 and <= 0x11: // DW_OP_const1u to consts
                return Push(Build.Constant(constant));
            case >= 0x30 and <= 0x4f: // DW_OP_lit0 to lit31
                return Push(Build.Constant((ulong)(operation.Opcode - 0x30)));
            case >= 0x70 and <= 0x8f when operation.Register is { } register && register <= X64Register.Rip:
                return Push(Build.Offset(Build.Register(register), operation.Operand1));
            case 0x92 when operation.Register is { } register && register <= X64Register.Rip: // DW_OP_bregx
                return Push(Build.Offset(Build.Register(register), operation.Operand2));
            case 0x23: // DW_OP_plus_uconst
                return Unary(v => Build.Offset(v, operation.Operand1));
            case 0x06: // DW_OP_deref
                return Unary(v => Build.LoadPointer(v));
            case 0x94 when operation.Operand1 is 1 or 2 or 4 or 8: // DW_OP_deref_size
                return Unary(v => Build.ToUInt64(Build.Load(v, 0, IntegerType.Of((int)operation.Operand1, signed: false))));
            case 0x96: // DW_OP_nop
                return true;
            case 0x12: // DW_OP_dup
                return Pick(0);
            case 0x14: // DW_OP_over
                return Pick(1);
            case 0x15: // DW_OP_pick
                return Pick(operation.Operand1);
            case 0x13: // DW_OP_drop
                return _stack.TryPop(out _);
            case 0x16 when _stack.Count >= 2: // DW_OP_swap
                var (above, below) = (_stack.Pop(), _stack.Pop());
                _stack.Push(above);
                _stack.Push(below);
                return true;
            case 0x1f: // DW_OP_neg
                return Unary(v => new UnaryExpression(UnaryOperator.Negate, v));
            case 0x20: // DW_OP_not
                return Unary(v => new UnaryExpression(UnaryOperator.Complement, v));
            default:
                return Binary(operation.Opcode);
        }
    }

    private bool Binary(byte opcode)
    {
        // Division and comparisons are by sign, the remainder is not (DWARF 5, 2.5.1.4 and 2.5.1.5, for values of the generic type).
        (BinaryOperator Operator, bool Signed)? found = opcode switch
        {
            0x1a => (BinaryOperator.And, false),
            0x1b => (BinaryOperator.Divide, true),
            0x1c => (BinaryOperator.Subtract, false),
            0x1d => (BinaryOperator.Remainder, false),
            0x1e => (BinaryOperator.Multiply, false),
            0x21 => (BinaryOperator.Or, false),
            0x22 => (BinaryOperator.Add, false),
            0x24 => (BinaryOperator.ShiftLeft, false),
            0x25 => (BinaryOperator.ShiftRight, false),
            0x26 => (BinaryOperator.ShiftRight, true),
            0x27 => (BinaryOperator.Xor, false),
            0x29 => (BinaryOperator.Equal, true),
            0x2a => (BinaryOperator.LessOrEqual, true),
            0x2b => (BinaryOperator.Less, true),
            0x2c => (BinaryOperator.LessOrEqual, true),
            0x2d => (BinaryOperator.Less, true),
            0x2e => (BinaryOperator.NotEqual, true),
            _ => null,
        };
        if (found is not { } operation || _stack.Count < 2)
            return false;
        var (right, left) = (_stack.Pop(), _stack.Pop());
        // Ours takes a count modulo 64 where DWARF's shifts everything out: only constants within the width mean the same.
        if (opcode is >= 0x24 and <= 0x26 && right.Value is not ConstantExpression { Value: < 64 })
            return false;
        // ge and gt are le and lt with the sides exchanged.
        if (opcode is 0x2a or 0x2b)
            (left, right) = (right, left);
        var type = operation.Signed ? IntegerType.Int64 : IntegerType.UInt64;
        var value = operation.Operator == BinaryOperator.Add
            ? Build.Add(left.Value, right.Value)
            : Build.Binary(operation.Operator, Build.Convert(left.Value, type), Build.Convert(right.Value, type));
        _stack.Push((Build.ToUInt64(value), left.Nodes + right.Nodes + 1));
        return true;
    }

    private DwarfPlace? FrameBase(int depth, out Expression? value)
    {
        value = null;
        var place = new DwarfParameter(null, DwarfType.Unknown, _context.FrameBase, null).TryGetLocation(_context.Address, out var expression)
            ? Compile(expression, _context with { FrameBase = [] }, depth + 1)
            : new DwarfPlace.Nowhere("the function's frame base is not known here");
        switch (place)
        {
            case DwarfPlace.InRegister { Register: <= X64Register.R15 } register:
                value = Build.Register(register.Register);
                return null;
            // An expression of a frame base ends as an address, which is the base itself.
            case DwarfPlace.InMemory memory:
                value = memory.Address;
                return null;
            case DwarfPlace.Known known:
                value = known.Value;
                return null;
            default:
                return place as DwarfPlace.Nowhere ?? new DwarfPlace.Nowhere("the function's frame base is not understood");
        }
    }

    private DwarfPlace.Nowhere? EntryValue(DwarfOperation operation, DwarfExpression whole, int depth)
    {
        if (!_context.IsEntry)
            return new DwarfPlace.Nowhere("only its value at the function's entry is known, which is gone here");
        switch (Compile(whole with { Bytes = operation.Block }, _context, depth + 1))
        {
            case DwarfPlace.InRegister { Register: <= X64Register.R15 } register:
                Push(Build.Register(register.Register));
                return null;
            case DwarfPlace.InMemory memory:
                Push(Build.LoadPointer(memory.Address));
                return null;
            default:
                return new DwarfPlace.Nowhere($"its location '{whole}' is not understood");
        }
    }

    private static DwarfPlace Implicit(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length is 0 or > 8)
            return new DwarfPlace.Nowhere(string.Create(CultureInfo.InvariantCulture, $"it is a constant of {bytes.Length} bytes"));
        Span<byte> padded = stackalloc byte[8];
        padded.Clear();
        bytes.CopyTo(padded);
        return new DwarfPlace.Known(Build.Constant(BinaryPrimitives.ReadUInt64LittleEndian(padded)));
    }

    private static DwarfPlace.Nowhere Composite(IReadOnlyList<DwarfOperation> operations, DwarfOperation operation) =>
        operations.Any(o => o.Opcode is 0x93 or 0x9d)
            ? new DwarfPlace.Nowhere("it lies in several pieces here")
            : new DwarfPlace.Nowhere($"its location needs {operation}, which is not supported");

    private static DwarfPlace.Nowhere Malformed(DwarfExpression whole) => new($"its location '{whole}' is malformed");

    private static bool IsReadable(X64Register register) => register is <= X64Register.R15 or >= X64Register.Xmm0 and <= X64Register.Xmm15;

    private bool Push(Expression value)
    {
        _stack.Push((value, 1));
        return true;
    }

    private bool Unary(Func<Expression, Expression> make)
    {
        if (!_stack.TryPop(out var operand))
            return false;
        _stack.Push((make(operand.Value), operand.Nodes + 1));
        return true;
    }

    private bool Pick(long index)
    {
        if (index < 0 || index >= _stack.Count)
            return false;
        _stack.Push(_stack.ElementAt((int)index));
        return true;
    }
}

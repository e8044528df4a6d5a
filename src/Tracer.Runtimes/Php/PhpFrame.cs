using Tracer.Core.Expressions;

namespace Tracer.Runtimes.Php;

/// <summary>Expressions over a frame of user code, named and told as PHP's own probes do (Zend/zend_dtrace.c, dtrace_execute_ex).</summary>
/// <param name="frame">The address of its zend_execute_data, uint64.</param>
/// <param name="layout">Where members are.</param>
/// <param name="function">The address of its zend_function where a register has it; else the frame's.</param>
internal sealed class PhpFrame(Expression frame, PhpLayout layout, Expression? function = null)
{
    // ZEND_INTERNAL_FUNCTION is 1, ZEND_USER_FUNCTION 2, ZEND_EVAL_CODE 4 (Zend/zend_compile.h): zend_function.type, a byte, with fn_flags 4 bytes behind it.
    private const ulong UserFunction = 2;
    private const ulong Type = 0xff;
    private const ulong InternalBit = 1;

    // ZEND_ACC_CALL_VIA_TRAMPOLINE: the frame of a call that will be one of __call.
    private const ulong TrampolineBit = 1UL << (32 + 18);

    // ZEND_ACC_HAS_TYPE_HINTS: the instructions that receive arguments have something to check and are not skipped.
    private const int TypesBit = 8;

    // zend_op.lineno, 4 bytes, and behind it zend_op.opcode, one.
    private const ulong LineAndOpcode = 0xff_ffff_ffff;

    private const int InstructionSize = 1 << PhpLayout.InstructionSizeBits;

    private readonly Expression _function = function ?? Build.LoadPointer(frame, PhpLayout.FrameFunction);

    /// <summary>Whether it runs a function or a file: what PHP's function probes tell of.</summary>
    public Expression IsFunction => Build.EqualTo(Masked(Type | TrampolineBit), UserFunction);

    /// <summary>Whether it runs user code of any kind, as the text of an <c>eval</c>.</summary>
    public Expression IsUserCode => Build.EqualTo(Masked(InternalBit | TrampolineBit), 0);

    /// <summary>Whether it is a generator's own, and not the call that makes a generator.</summary>
    public Expression IsGenerator => Build.Bits(Build.Load(frame, PhpLayout.FrameFlags, IntegerType.UInt32), PhpLayout.GeneratorBit, 1);

    /// <summary>
    /// The line of the instruction that is next, int32. When an exception was thrown into a generator that is one of EG(exception_op), the first or, as a generator counts on, the second: they have
    /// no line, and before them is EG(opline_before_exception), the instruction that it was thrown at (Zend/zend_globals.h), whose line zend_get_executed_lineno tells as well.
    /// </summary>
    public Expression LineOfNext
    {
        get
        {
            var next = Build.LoadPointer(frame, PhpLayout.FrameInstruction);
            var previous = Build.Offset(next, -InstructionSize);
            var before = Build.If(IsException(previous), Build.LoadPointer(previous, -sizeof(ulong)), Build.LoadPointer(next, -sizeof(ulong)));
            return Build.If(IsException(next), Build.If(Build.EqualTo(before, 0), Build.Constant(0, IntegerType.Int32), LineOf(before)), LineOf(next));
        }
    }

    /// <summary>The line of the instruction before that, int32.</summary>
    public Expression LineOfLast => LineOf(Build.Offset(Build.LoadPointer(frame, PhpLayout.FrameInstruction), -InstructionSize));

    /// <summary>
    /// The line of the first instruction that runs, int32: a function without types skips those that receive the arguments that are there (Zend/zend_execute.c, i_init_func_execute_data).
    /// </summary>
    public Expression FirstLine
    {
        get
        {
            var given = Build.Load(frame, PhpLayout.FrameArguments, IntegerType.UInt32);
            var declared = Build.Load(_function, PhpLayout.FunctionParameters, IntegerType.UInt32);
            var received = Build.If(Build.Binary(BinaryOperator.Less, declared, given), declared, given);
            var skipped = Build.If(Build.Bits(Build.Load(_function, 4, IntegerType.UInt32), TypesBit, 1), Build.Constant(0), Build.ToUInt64(received));
            return LineOf(Build.Add(
                Build.LoadPointer(_function, layout.FunctionInstructions), Build.Binary(BinaryOperator.ShiftLeft, skipped, Build.Constant(PhpLayout.InstructionSizeBits))));
        }
    }

    /// <summary>The arguments of the function probes.</summary>
    /// <param name="line">The line.</param>
    public ExpressionList Function(Expression line)
    {
        var name = Build.LoadPointer(_function, PhpLayout.FunctionName);
        var type = Build.LoadPointer(_function, PhpLayout.FunctionClass);
        return new ExpressionList(
            Build.If(Build.EqualTo(name, 0), new TextLiteralExpression("main"), TextOf(name)),
            File,
            line,
            // Names of anonymous classes have a NUL before the place; PHP's own probe ends there.
            Build.If(Build.EqualTo(type, 0), new TextLiteralExpression(""), Build.CString(Build.Offset(Build.LoadPointer(type, PhpLayout.ClassName), PhpLayout.TextData))),
            Build.If(Build.EqualTo(type, 0), new TextLiteralExpression(""), new TextLiteralExpression("::")));
    }

    /// <summary>The arguments of the execute probes.</summary>
    /// <param name="line">The line.</param>
    public ExpressionList Execution(Expression line) => new(File, line);

    private Expression File => TextOf(Build.LoadPointer(_function, layout.FunctionFile));

    private Expression Masked(ulong mask) => Build.Binary(BinaryOperator.And, Build.LoadPointer(_function), Build.Constant(mask));

    private static Expression IsException(Expression instruction) => Build.EqualTo(
        Build.Binary(BinaryOperator.And, Build.LoadPointer(instruction, PhpLayout.InstructionLine), Build.Constant(LineAndOpcode)), (ulong)PhpOpcode.HandleException << 32);

    private static Expression LineOf(Expression instruction) => Build.Load(instruction, PhpLayout.InstructionLine, IntegerType.Int32);

    private static TextExpression TextOf(Expression text) => new TextExpression(Build.Offset(text, PhpLayout.TextData), Build.LoadPointer(text, PhpLayout.TextLength));
}

using Tracer.Core.Expressions;

namespace Tracer.Runtimes.Python;

/// <summary>Expressions over a running _PyInterpreterFrame of CPython 3.11 and later.</summary>
/// <param name="frame">Its address, uint64.</param>
/// <param name="layout">The layout of this CPython, with <see cref="PythonLayout.InterpreterFrame"/>.</param>
/// <param name="instruction">The address of the instruction that runs, where the frame does not tell it yet.</param>
public sealed class InterpreterFrame(Expression frame, PythonLayout layout, Expression? instruction = null)
{
    // Include/cpython/code.h: the code of the shim frames that the interpreter pushes itself, as that which checks the result of __init__.
    private const ulong NoMonitoringEvents = 0x2000000;

    // CO_OPTIMIZED of Include/cpython/code.h: the code of functions, and not of modules and class bodies.
    private const ulong Optimized = 1;

    // FRAME_OWNED_BY_GENERATOR of enum _frameowner, the same in 3.11 to 3.15.
    private const ulong OwnedByGenerator = 1;

    // The operand of RESUME (Include/internal/pycore_opcode_utils.h): 0 at the start of a function, in bits 0 and 1 after what a generator goes on (1 yield,
    // 2 yield from, 3 await); other bits say other things, and 4 since 3.15 that a generator expression makes its generator.
    private const int ResumeBits = 2;

    private readonly InterpreterFrameLayout _at = layout.InterpreterFrame ?? throw new ArgumentException("A layout without interpreter frames.", nameof(layout));

    /// <summary>The frame's address.</summary>
    public Expression Address => frame;

    /// <summary>The PyCodeObject's address.</summary>
    public Expression Code => Untagged(Build.LoadPointer(frame, layout.FrameCode));

    /// <summary>The address of the instruction that runs, or for a caller that called.</summary>
    public Expression Instruction => instruction ?? Build.LoadPointer(frame, layout.FrameLastInstruction);

    /// <summary>co_filename.</summary>
    public Expression FileName => PythonText.Of(Build.LoadPointer(Code, layout.CodeFileName), layout);

    /// <summary>co_name.</summary>
    public Expression Name => PythonText.Of(Build.LoadPointer(Code, layout.CodeName), layout);

    /// <summary>co_qualname.</summary>
    public Expression QualifiedName => PythonText.Of(Build.LoadPointer(Code, _at.CodeQualifiedName), layout);

    /// <summary>func_module: the <c>__name__</c> of the module that the function was made in.</summary>
    public Expression ModuleName => PythonText.Of(Build.LoadPointer(Untagged(Build.LoadPointer(frame, _at.Function)), _at.FunctionModule), layout);

    /// <summary>The line of the instruction, int32.</summary>
    public Expression Line => PythonLines.OfLocationTable(Code, Instruction, layout);

    /// <summary>
    /// The line at the start, int32: that of a function's first RESUME is co_firstlineno (Python/codegen.c, codegen_enter_scope), which needs no table; modules' is not.
    /// </summary>
    public Expression LineAtStart => Build.If(
        Build.Binary(BinaryOperator.And, Flags, Build.Constant(Optimized, IntegerType.UInt32)), Build.Load(Code, layout.CodeFirstLine, IntegerType.Int32), Line);

    /// <summary>At a RESUME: whether it is the start of a function, module, class body or generator.</summary>
    public Expression IsStart => Build.EqualTo(Operand, 0);

    /// <summary>At a RESUME: whether a generator or coroutine goes on.</summary>
    public Expression IsResumption => Build.Binary(BinaryOperator.NotEqual, Build.Bits(Operand, 0, ResumeBits), Build.Constant(0, IntegerType.UInt8));

    /// <summary>Whether the frame runs a function, module or class of the program, and not code of the interpreter's own.</summary>
    public Expression IsProgram => Build.EqualTo(Build.Binary(BinaryOperator.And, Flags, Build.Constant(NoMonitoringEvents, IntegerType.UInt32)), 0);

    /// <summary>
    /// Whether the frame has begun to run, as <c>_PyFrame_IsIncomplete</c> decides: a frame that is given up before its first RESUME (too deep a recursion)
    /// was never entered.
    /// </summary>
    public Expression HasBegun => Build.Binary(BinaryOperator.LogicalOr,
        Build.EqualTo(Build.Load(frame, _at.Owner, IntegerType.UInt8), OwnedByGenerator),
        Build.Binary(BinaryOperator.LessOrEqual, FirstTraceable, Instruction));

    /// <summary>What RETURN_VALUE took from the frame's stack, where it is still: it noted the stack's new end (Python/bytecodes.c).</summary>
    public Expression PoppedValue => Build.LoadPointer(PoppedPlace);

    /// <summary>Where <see cref="PoppedValue"/> is; it may have a tag.</summary>
    public Expression PoppedPlace => _at.StackPointer is { } pointer
        ? Build.LoadPointer(frame, pointer)
        : Build.Add(Build.Offset(frame, _at.Locals), Build.Binary(
            BinaryOperator.ShiftLeft, Build.ToUInt64(Build.Load(frame, _at.StackTop!.Value, IntegerType.UInt32)), Build.Constant(3)));

    /// <summary>The opcode of the instruction, uint8.</summary>
    public Expression Opcode => Build.Load(Instruction, 0, IntegerType.UInt8);

    /// <summary>The version of the monitoring that the code's instructions were made for; 3.12 and later.</summary>
    public Expression MonitoringVersion => Build.LoadPointer(Code, _at.CodeMonitoringVersion ?? throw new InvalidOperationException("3.11 has no monitoring."));

    private Expression Operand => Build.Load(Instruction, 1, IntegerType.UInt8);

    private Expression Flags => Build.Load(Code, layout.CodeFlags, IntegerType.UInt32);

    private Expression FirstTraceable => Build.Add(
        Build.Offset(Code, _at.CodeBytecode),
        Build.Binary(BinaryOperator.ShiftLeft, Build.ToUInt64(Build.Load(Code, _at.FirstTraceable, IntegerType.UInt32)), Build.Constant(1)));

    private Expression Untagged(Expression reference) => _at.IsTagged ? Build.Binary(BinaryOperator.And, reference, Build.Constant(~3UL)) : reference;
}

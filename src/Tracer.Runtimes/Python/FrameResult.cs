using Tracer.Core.Expressions;

namespace Tracer.Runtimes.Python;

/// <summary>
/// How a frame of CPython 3.12 and later ends, at the entry of the function that gives it up (<see cref="EvaluationLoop.FindClearAndPop"/>): by an exception,
/// which is then the thread's current one, or with a value, which still lies where it was taken from the frame's stack or is a constant of the code.
/// </summary>
/// <param name="thread">The thread state's address, uint64.</param>
/// <param name="frame">The frame.</param>
/// <param name="layout">The layout of this CPython.</param>
/// <param name="opcodes">Its opcodes.</param>
public sealed class FrameResult(Expression thread, InterpreterFrame frame, PythonLayout layout, PythonOpcodes opcodes)
{
    // PyObject.ob_type, PyTypeObject.tp_name, PyTupleObject.ob_item: the same in 3.12 and 3.13, which have RETURN_CONST.
    private const int ObjectType = 8;
    private const int TypeName = 24;
    private const int TupleItems = 24;

    private readonly InterpreterFrameLayout _at = layout.InterpreterFrame!;

    /// <summary>1 when an exception ends the frame, else 0; int32.</summary>
    public Expression HasException => Build.Convert(
        Build.Binary(BinaryOperator.NotEqual, Current, Build.Constant(0)), IntegerType.Int32);

    /// <summary>The name of the type of the exception or of the value.</summary>
    public Expression TypeNameText => Build.CString(Build.LoadPointer(Build.LoadPointer(Object, ObjectType), TypeName));

    /// <summary>The name of the type of a value, or of the exception.</summary>
    /// <param name="value">The value.</param>
    /// <param name="isException">Whether there is an exception instead.</param>
    /// <param name="exception">The name of the exception's type; null where the thread that has it is not known.</param>
    public static Expression TypeNameOf(Expression value, Expression isException, Expression? exception) => Build.If(
        isException,
        exception ?? new UnavailableExpression(TextType.Instance, "the exception of this return is not known"),
        Build.CString(Build.LoadPointer(Build.LoadPointer(value, ObjectType), TypeName)));

    /// <summary>The exception or the value, uint64.</summary>
    public Expression Object => Build.If(Current, Current, Value);

    private Expression Current => Build.LoadPointer(thread, _at.ThreadException);

    private Expression Value => _at.IsTagged ? Build.Binary(BinaryOperator.And, Build.LoadPointer(Place), Build.Constant(~3UL)) : Build.LoadPointer(Place);

    private Expression Place
    {
        get
        {
            var slot = frame.PoppedPlace;
            if (opcodes is not { ReturnConstant: { Count: 2 } constant, ExtendedArgument: { } extended })
                return slot;
            // One EXTENDED_ARG before the instruction reaches 65,536 constants; no code object has more.
            var instruction = frame.Instruction;
            var isExtended = Build.EqualTo(Build.Load(instruction, -2, IntegerType.UInt8), extended);
            var high = Build.If(isExtended, Build.ToUInt64(Build.Load(instruction, -1, IntegerType.UInt8)), Build.Constant(0));
            var index = Build.Add(Build.Binary(BinaryOperator.ShiftLeft, high, Build.Constant(8)), Build.ToUInt64(Build.Load(instruction, 1, IntegerType.UInt8)));
            var constants = Build.LoadPointer(frame.Code, _at.CodeConstants);
            var item = Build.Add(Build.Offset(constants, TupleItems), Build.Binary(BinaryOperator.ShiftLeft, index, Build.Constant(3)));
            var isConstant = Build.Binary(BinaryOperator.LogicalOr, Build.EqualTo(frame.Opcode, constant[0]), Build.EqualTo(frame.Opcode, constant[1]));
            return Build.If(isConstant, item, slot);
        }
    }
}

namespace Tracer.Core.Expressions;

/// <summary>A value that a clause at a function's entry saved for this thread and frame (see <c>FrameSave</c>), read where the frame is left.</summary>
/// <param name="Slot">Which of the saved values.</param>
public sealed record SavedExpression(int Slot) : Expression(IntegerType.UInt64);

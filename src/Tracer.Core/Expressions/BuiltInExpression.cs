namespace Tracer.Core.Expressions;

/// <summary>A value of the hit itself: who, where, when.</summary>
/// <param name="Value">Which.</param>
public sealed record BuiltInExpression(BuiltInValue Value) : Expression(TypeOf(Value))
{
    private static ExpressionType TypeOf(BuiltInValue value) => value switch
    {
        BuiltInValue.UserId or BuiltInValue.GroupId => IntegerType.UInt32,
        BuiltInValue.ProcessId or BuiltInValue.ThreadId or BuiltInValue.ParentProcessId or BuiltInValue.Cpu => IntegerType.Int32,
        BuiltInValue.Timestamp or BuiltInValue.WallTimestamp or BuiltInValue.EntryTimestamp or BuiltInValue.ThreadTime => IntegerType.UInt64,
        _ => TextType.Instance,
    };
}

namespace Tracer.Core.Expressions;

/// <summary>A native stack: in a record its registers and a copy of its memory, as a key the addresses of its frames.</summary>
public sealed record StackType : ExpressionType
{
    /// <summary>The only stack type.</summary>
    public static StackType Instance { get; } = new();

    private StackType()
    {
    }

    /// <inheritdoc/>
    public override string ToString() => "stack";
}

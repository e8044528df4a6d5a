namespace Tracer.D.Binding;

/// <summary>A native stack: it can be shown or be a key, and nothing is computed with it.</summary>
public sealed record StackDType : DType
{
    private StackDType()
    {
    }

    /// <summary>The only one.</summary>
    public static StackDType Instance { get; } = new();

    /// <inheritdoc/>
    public override string ToString() => "stack";
}

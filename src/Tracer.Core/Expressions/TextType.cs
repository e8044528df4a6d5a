namespace Tracer.Core.Expressions;

/// <summary>Text read from target memory; its length is bounded by the plan's limit.</summary>
public sealed record TextType : ExpressionType
{
    /// <summary>The only text type.</summary>
    public static TextType Instance { get; } = new();

    private TextType()
    {
    }

    /// <inheritdoc/>
    public override string ToString() => "string";
}

namespace Tracer.D.Binding;

/// <summary>Text.</summary>
public sealed record StringDType : DType
{
    /// <summary>The only string type.</summary>
    public static StringDType Instance { get; } = new();

    private StringDType()
    {
    }

    /// <inheritdoc/>
    public override string ToString() => "string";
}

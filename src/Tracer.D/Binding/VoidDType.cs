namespace Tracer.D.Binding;

/// <summary>Nothing, or what a pointer without a type points to.</summary>
public sealed record VoidDType : DType
{
    /// <summary>The only void type.</summary>
    public static VoidDType Instance { get; } = new();

    private VoidDType()
    {
    }

    /// <inheritdoc/>
    public override string ToString() => "void";
}

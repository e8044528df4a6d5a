using Tracer.Core.Expressions;

namespace Tracer.Core.Probes;

/// <summary>A named, typed parameter of a probe.</summary>
/// <param name="Name">Its name: as documented by the provider, else <c>arg0</c>, <c>arg1</c>, ...</param>
/// <param name="Type">Its type.</param>
public sealed record ProbeParameter(string Name, ExpressionType Type)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Type}";
}

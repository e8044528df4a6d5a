using Tracer.Core.Expressions;
using Tracer.Core.Probes;

namespace Tracer.Core.Binding;

/// <summary>A parameter and where its value is at one site.</summary>
/// <param name="Parameter">The parameter.</param>
/// <param name="Value">An expression of its type.</param>
public sealed record BoundParameter(ProbeParameter Parameter, Expression Value);

using Tracer.Core.Expressions;
using Tracer.Core.Probes;
using Tracer.Core.Targets;

namespace Tracer.Ptrace.Tests.Support;

/// <summary>Hand-made probes.</summary>
internal static class Probes
{
    public static Probe At(TargetModule module, string name, CodeLocation location, params Expression[] arguments) =>
        Of(module, name, arguments, new ProbeSite(location, new ExpressionList(arguments)));

    public static Probe Of(TargetModule module, string name, Expression[] arguments, ProbeSite site) => new(
        "test",
        name,
        module,
        ProbeSource.Synthesised,
        [.. arguments.Select((a, k) => new ProbeParameter($"arg{k}", a.Type))],
        [site]);
}

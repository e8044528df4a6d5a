using Tracer.Core.Expressions;
using Tracer.Core.Probes;
using Tracer.Core.Probes.Declarations;

namespace Tracer.Runtimes.Python;

/// <summary>The probes that CPython declares in Include/pydtrace.d, with the names and C types of their arguments, and our own of exceptions.</summary>
public static class PythonProbeParameters
{
    private static readonly ProbeParameter[] PositionParameters =
        [new("filename", TextType.Instance), new("funcname", TextType.Instance), new("lineno", IntegerType.Int32)];

    /// <summary>co_qualname (3.11 and later), only when asked for.</summary>
    public static ProbeParameter QualifiedName { get; } = new("qualname", TextType.Instance) { IsOnRequest = true };

    /// <summary>The module that the function was made in (3.11 and later), only when asked for.</summary>
    public static ProbeParameter ModuleName { get; } = new("module", TextType.Instance) { IsOnRequest = true };

    /// <summary>Whether an exception ends the frame, 0 or 1, only when asked for.</summary>
    public static ProbeParameter Exception { get; } = new("exception", IntegerType.Int32) { IsOnRequest = true };

    /// <summary>The name of the type of the value that is returned, or of the exception, only when asked for.</summary>
    public static ProbeParameter ResultType { get; } = new("type", TextType.Instance) { IsOnRequest = true };

    /// <summary>The arguments of a function by name with their values, only when asked for.</summary>
    public static ProbeParameter Arguments(PictureType type) => new("args", type) { IsOnRequest = true };

    /// <summary>The variables of the frame by name with their values, only when asked for.</summary>
    public static ProbeParameter Locals(PictureType type) => new("locals", type) { IsOnRequest = true };

    /// <summary>The value that is returned, only when asked for.</summary>
    public static ProbeParameter Value(PictureType type) => new("value", type) { IsOnRequest = true };

    /// <summary>The parameters of <c>function__entry</c>, <c>function__return</c>, <c>line</c> and our own <c>generator__resume</c> and <c>generator__yield</c>.</summary>
    public static IReadOnlyList<ProbeParameter> Position => PositionParameters;

    /// <summary>The parameters of the probe of this name; empty when CPython declares none of that name.</summary>
    public static IReadOnlyList<ProbeParameter> Of(string name) => name switch
    {
        "function__entry" or "function__return" or "generator__resume" or "generator__yield" or "line" => PositionParameters,
        "gc__start" => [new("generation", IntegerType.Int32)],
        "gc__done" => [new("collected", IntegerType.Int64)],
        "import__find__load__start" => [new("modulename", TextType.Instance)],
        "import__find__load__done" => [new("modulename", TextType.Instance), new("found", IntegerType.Int32)],
        "exception__raised" or "exception__caught" =>
            [new("type", TextType.Instance), new("message", TextType.Instance), new("filename", TextType.Instance), new("lineno", IntegerType.Int32)],
        "audit" => [new("event", TextType.Instance), new("args", IntegerType.UInt64)],
        "instance__new" or "instance__delete" => [new("type", TextType.Instance), new("address", IntegerType.UInt64)],
        "thread__start" or "thread__exit" => [new("ident", IntegerType.UInt64)],
        "cfunction__entry" or "cfunction__return" => [new("funcname", TextType.Instance)],
        _ => [],
    };

    /// <summary>A probe of a note with its arguments named and typed; arguments that CPython did not declare keep their names.</summary>
    public static Probe Apply(Probe probe)
    {
        ArgumentNullException.ThrowIfNull(probe);
        return DeclaredParameters.Apply(probe, Of(probe.Name));
    }
}

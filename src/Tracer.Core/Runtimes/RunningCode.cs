namespace Tracer.Core.Runtimes;

/// <summary>
/// What a runtime runs in the thread that stands at a site, whatever code the site is in: the interpreted function on whose behalf native code was called. The expressions
/// are of one process.
/// </summary>
/// <param name="Names">What expressions may name: <c>pyfunc</c>, ... Where nothing runs, texts say so and numbers are 0.</param>
public sealed record RunningCode(IReadOnlyList<RunningName> Names)
{
    /// <summary>The function that shows an object of the runtime by its address; null when there is none.</summary>
    public ValueFunction? Values { get; init; }

    /// <summary>The function's frame and those that called it; null when the runtime does not tell them.</summary>
    public RunningStack? Stack { get; init; }
}

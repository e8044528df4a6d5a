namespace Tracer.Linux;

/// <summary>A failure on its way into a <see cref="KernelResult{T}"/>.</summary>
/// <param name="Error">The kernel's error.</param>
/// <param name="Doing">What was being done, as the start of a sentence: "opening /proc/1/mem".</param>
public readonly record struct KernelError(Errno Error, string Doing)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Doing}: {Error.Describe()}";
}

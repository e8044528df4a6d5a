using Tracer.Core.Targets;

namespace Tracer.Core.Probes;

/// <summary>A USDT semaphore: an unsigned 16-bit counter in the target that a program tests before it prepares a probe's arguments.</summary>
/// <param name="Module">The mapped file it lies in.</param>
/// <param name="FileOffset">Its offset in the file, which is how the kernel names it (<c>ref_ctr_offset</c>, kernel 4.20).</param>
/// <param name="ImageAddress">Its link-time virtual address.</param>
public sealed record ProbeSemaphore(TargetModule Module, ulong FileOffset, ulong ImageAddress)
{
    /// <summary>The address in the target process.</summary>
    public ulong Address => unchecked(ImageAddress + Module.LoadBias);
}

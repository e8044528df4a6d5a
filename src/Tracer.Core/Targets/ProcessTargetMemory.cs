using Tracer.Linux;

namespace Tracer.Core.Targets;

/// <summary>The memory of a live process. Reads allocate nothing.</summary>
/// <param name="memory">The kernel's door to it.</param>
public sealed class ProcessTargetMemory(ProcessMemory memory) : ITargetMemory
{
    /// <inheritdoc/>
    public int Read(ulong address, Span<byte> destination) => memory.Read(address, destination).Count;
}

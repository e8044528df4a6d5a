using Tracer.Bpf;

namespace Tracer.Uprobes.Compilation;

/// <summary>A place that a program can address: on its stack (R10) or in its scratch slot (R7).</summary>
/// <param name="Base">The register.</param>
/// <param name="Offset">Bytes from it.</param>
internal readonly record struct MemoryPlace(BpfRegister Base, short Offset)
{
    /// <summary>The place some bytes further on.</summary>
    public MemoryPlace Plus(int bytes) => this with { Offset = checked((short)(Offset + bytes)) };
}

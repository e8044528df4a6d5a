using Tracer.Core.Targets;

namespace Tracer.Core.Probes;

/// <summary>An instruction of a module: what a breakpoint is put on.</summary>
/// <param name="Module">The mapped file.</param>
/// <param name="FileOffset">Offset of the instruction's first byte in the file, which is how the kernel names a uprobe.</param>
/// <param name="ImageAddress">Its link-time virtual address.</param>
public sealed record CodeLocation(TargetModule Module, ulong FileOffset, ulong ImageAddress)
{
    /// <summary>A byte of the target's data, which belongs to no file: the module is that whose code reads it.</summary>
    /// <param name="module">The module.</param>
    /// <param name="address">The byte's address in the target process.</param>
    public static CodeLocation OfData(TargetModule module, ulong address)
    {
        ArgumentNullException.ThrowIfNull(module);
        return new(module, address, unchecked(address - module.LoadBias));
    }

    /// <summary>The address in the target process.</summary>
    public ulong Address => unchecked(ImageAddress + Module.LoadBias);

    /// <inheritdoc/>
    public override string ToString() => $"{Module.Name}+0x{FileOffset:x}";
}

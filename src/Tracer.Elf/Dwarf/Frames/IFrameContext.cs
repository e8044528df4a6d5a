namespace Tracer.Elf.Dwarf.Frames;

/// <summary>What a frame's expressions are evaluated with: its registers and the memory of its process.</summary>
public interface IFrameContext
{
    /// <summary>The value of a register in the frame; false when it is not known.</summary>
    /// <param name="register">Its DWARF number.</param>
    /// <param name="value">The value.</param>
    bool TryGetRegister(int register, out ulong value);

    /// <summary>Reads memory; false when it cannot be read.</summary>
    /// <param name="address">The address in the process.</param>
    /// <param name="size">1, 2, 4 or 8 bytes.</param>
    /// <param name="value">The bytes, extended with zeros.</param>
    bool TryRead(ulong address, int size, out ulong value);
}

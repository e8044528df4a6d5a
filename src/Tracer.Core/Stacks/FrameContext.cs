using Tracer.Elf.Dwarf.Frames;

namespace Tracer.Core.Stacks;

/// <summary>What a frame's expressions see.</summary>
internal readonly ref struct FrameContext(ref readonly FrameRegisters registers, MemoryWindow memory) : IFrameContext
{
    private readonly ref readonly FrameRegisters _registers = ref registers;

    public bool TryGetRegister(int register, out ulong value)
    {
        var known = (uint)register < UnwindRow.RegisterCount;
        value = known ? _registers[register] : 0;
        return known;
    }

    public bool TryRead(ulong address, int size, out ulong value) => memory.TryRead(address, size, out value);
}

namespace Tracer.Elf.Dwarf.Frames;

/// <summary>A frame description entry (FDE): the addresses it is for and its instructions; its CIE.</summary>
internal readonly record struct FrameDescription(ulong Start, ulong Length, int InstructionsStart, int End, CommonInformation Common)
{
    public bool Contains(ulong address) => unchecked(address - Start) < Length;
}

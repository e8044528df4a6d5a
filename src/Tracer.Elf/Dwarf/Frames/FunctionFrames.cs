namespace Tracer.Elf.Dwarf.Frames;

/// <summary>What call frame information says of the frames of a function, or of a part of it.</summary>
/// <param name="Start">Its first address as linked.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="HasFramePointer">Whether the canonical frame address is 16 bytes above rbp somewhere, as after <c>push %rbp; mov %rsp, %rbp</c> (psABI, 3.2.2).</param>
/// <param name="MovesStack">
/// Whether the stack pointer moves, or the frame is found otherwise. A function that leaves it where the call left it calls nothing, because at a call the stack is aligned to 16 bytes.
/// </param>
/// <param name="IsOutermost">Whether nothing has called it: its return address is undefined.</param>
public readonly record struct FunctionFrames(ulong Start, ulong Length, bool HasFramePointer, bool MovesStack, bool IsOutermost);

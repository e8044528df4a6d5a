using Tracer.Elf;
using Tracer.Elf.Dwarf.Frames;

namespace Tracer.Core.Stacks;

/// <summary>Finds out from call frame information whether a file's functions keep frame pointers.</summary>
internal static class FramePointerUse
{
    // Leaf functions with much on the stack and a few in assembly language keep none in any program.
    private const int MostPercentWithout = 5;

    /// <summary>
    /// Whether (nearly) all code of the file is in functions with frame pointers. Functions that call nothing do not count, as they are nobody's caller; the
    /// instruction at which a walk begins is looked up by itself (<see cref="FrameStart"/>). False when there is nothing to tell it by.
    /// </summary>
    public static bool IsKept(ElfImage image)
    {
        // Stubs of the linker are passed through, not returned to.
        var stubs = image.Sections.Where(s => image.SectionName(s).StartsWith(".plt"u8)).ToArray();
        ulong kept = 0, without = 0;
        foreach (var function in FrameTable.Load(image).Functions())
        {
            if (function.HasFramePointer)
                kept += function.Length;
            else if (function is { MovesStack: true, IsOutermost: false } && !Array.Exists(stubs, s => function.Start - s.Address < s.Size))
                without += function.Length;
        }

        return kept > 0 && without * 100 <= (kept + without) * MostPercentWithout;
    }
}

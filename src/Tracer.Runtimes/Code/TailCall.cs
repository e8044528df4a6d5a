using Iced.Intel;
using Tracer.Elf;

namespace Tracer.Runtimes.Code;

/// <summary>Where a jump by which a function is left goes.</summary>
public static class TailCall
{
    /// <summary>The link-time address that the direct jump at a link-time address leads to; null when there is no such jump.</summary>
    public static ulong? TargetOf(ElfImage image, ulong address)
    {
        var instruction = InstructionStream.At(image, address);
        return !instruction.IsInvalid && instruction.FlowControl is FlowControl.UnconditionalBranch or FlowControl.ConditionalBranch ? instruction.NearBranchTarget : null;
    }
}

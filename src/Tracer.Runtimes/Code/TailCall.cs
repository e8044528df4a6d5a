using Iced.Intel;
using Tracer.Elf;

namespace Tracer.Runtimes.Code;

/// <summary>Where a jump by which a function is left goes.</summary>
public static class TailCall
{
    // The longest instruction of x86-64.
    private const int Longest = 15;

    /// <summary>The link-time address that the direct jump at a link-time address leads to; null when there is no such jump.</summary>
    public static ulong? TargetOf(ElfImage image, ulong address)
    {
        ArgumentNullException.ThrowIfNull(image);
        var bytes = image.DataFrom(address);
        var decoder = Decoder.Create(64, bytes[..Math.Min(bytes.Length, Longest)].ToArray(), address);
        decoder.Decode(out var instruction);
        return !instruction.IsInvalid && instruction.FlowControl is FlowControl.UnconditionalBranch or FlowControl.ConditionalBranch ? instruction.NearBranchTarget : null;
    }
}

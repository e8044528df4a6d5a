using Iced.Intel;
using Tracer.Elf;
using Tracer.Elf.Dwarf.Frames;

namespace Tracer.Runtimes.Code;

/// <summary>Follows direct calls from functions that a file exports to those it does not name, whose bounds call frame information tells.</summary>
/// <param name="image">The file.</param>
public sealed class DirectCalls(ElfImage image)
{
    private const ulong Largest = 1 << 20;

    private readonly Lazy<FrameTable> _frames = new(() => FrameTable.Load(image));

    /// <summary>The instructions of an exported function; empty when it is not there.</summary>
    public IReadOnlyList<Instruction> CodeOf(string name) =>
        NamedFunction.TryFind(image, name, out var blocks, out _) ? FunctionBody.Decode(blocks).Instructions : [];

    /// <summary>The instructions of the function at an address; empty when call frame information describes none that begins there.</summary>
    public IReadOnlyList<Instruction> CodeAt(ulong address)
    {
        var row = default(UnwindRow);
        if (!_frames.Value.TryFindRow(address, ref row) || row.Start != address || row.End - row.Start > Largest)
            return [];
        var bytes = image.DataFrom(address);
        return FunctionBody.Decode([new CodeBlock(address, bytes[..(int)Math.Min((ulong)bytes.Length, row.End - row.Start)])]).Instructions;
    }

    /// <summary>The functions that instructions call directly.</summary>
    public static IEnumerable<ulong> TargetsOf(IEnumerable<Instruction> code) => code.Where(IsDirect).Select(i => i.NearBranchTarget).Distinct();

    /// <summary>Whether it is a direct call.</summary>
    public static bool IsDirect(Instruction instruction) => instruction.Code == Iced.Intel.Code.Call_rel32_64;
}

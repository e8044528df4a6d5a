using Iced.Intel;
using Tracer.Elf;

namespace Tracer.Runtimes.Code;

/// <summary>Decodes code of which some addresses are known to be instructions', so that it is in step again behind bytes that are none.</summary>
public static class InstructionStream
{
    // x86-64.
    private const int LongestInstruction = 15;

    /// <summary>The instruction at a link-time address of a file; invalid where there is none.</summary>
    public static Instruction At(ElfImage image, ulong address)
    {
        ArgumentNullException.ThrowIfNull(image);
        var bytes = image.DataFrom(address);
        return Decoder.Create(64, bytes[..Math.Min(bytes.Length, LongestInstruction)].ToArray(), address).Decode();
    }

    /// <summary>The instructions that follow each other from an address on, as far as no jump leads between them.</summary>
    /// <param name="image">The file.</param>
    /// <param name="address">The link-time address of the first.</param>
    /// <param name="targets">Where jumps lead: the line ends before the next of them.</param>
    /// <param name="goesOn">What it goes on behind; it ends with an instruction of another kind.</param>
    /// <param name="most">The most instructions.</param>
    public static List<Instruction> Line(ElfImage image, ulong address, IReadOnlySet<ulong> targets, Func<FlowControl, bool> goesOn, int most)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(targets);
        ArgumentNullException.ThrowIfNull(goesOn);
        var bytes = image.DataFrom(address);
        var decoder = Decoder.Create(64, bytes[..Math.Min(bytes.Length, most * LongestInstruction)].ToArray(), address);
        var code = new List<Instruction>();
        while (code.Count < most && decoder.Decode() is { IsInvalid: false } instruction && (code.Count == 0 || !targets.Contains(instruction.IP)))
        {
            code.Add(instruction);
            if (!goesOn(instruction.FlowControl))
                break;
        }

        return code;
    }

    /// <summary>The instructions from each start to the next.</summary>
    /// <param name="code">The code.</param>
    /// <param name="starts">Addresses in it where instructions start, in ascending order; what comes before the first is not decoded.</param>
    public static IEnumerable<Instruction> Decode(CodeBlock code, IReadOnlyList<ulong> starts)
    {
        ArgumentNullException.ThrowIfNull(starts);
        var bytes = code.Bytes.ToArray();
        for (var k = 0; k < starts.Count; k++)
        {
            var end = k + 1 < starts.Count ? starts[k + 1] : code.End;
            var decoder = Decoder.Create(64, new ByteArrayCodeReader(bytes, (int)(starts[k] - code.Address), (int)(end - starts[k])));
            decoder.IP = starts[k];
            while (decoder.IP < end && decoder.Decode() is { IsInvalid: false } instruction)
                yield return instruction;
        }
    }
}

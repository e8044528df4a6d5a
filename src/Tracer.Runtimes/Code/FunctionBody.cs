using Iced.Intel;

namespace Tracer.Runtimes.Code;

/// <summary>
/// The instructions of a function, decoded from its first byte on: compilers for x86-64 ELF keep jump tables out of the code (.rodata), so that
/// instructions follow each other without gaps.
/// </summary>
public sealed class FunctionBody
{
    private readonly List<Instruction> _instructions = [];
    private readonly HashSet<ulong> _starts = [];
    private readonly HashSet<ulong> _targets = [];

    private FunctionBody(IReadOnlyList<CodeBlock> blocks) => Blocks = blocks;

    /// <summary>Its parts, that with the entry first.</summary>
    public IReadOnlyList<CodeBlock> Blocks { get; }

    /// <summary>The address of its first instruction.</summary>
    public ulong Start => Blocks[0].Address;

    /// <summary>The instructions, part by part in order of address.</summary>
    public IReadOnlyList<Instruction> Instructions => _instructions;

    /// <summary>The first address whose bytes are no instruction; null when all are.</summary>
    public ulong? InvalidAt { get; private set; }

    /// <summary>Decodes all parts.</summary>
    /// <param name="blocks">The parts, one at least.</param>
    public static FunctionBody Decode(IReadOnlyList<CodeBlock> blocks)
    {
        ArgumentNullException.ThrowIfNull(blocks);
        ArgumentOutOfRangeException.ThrowIfZero(blocks.Count);
        var body = new FunctionBody(blocks);
        foreach (var block in blocks)
            body.Decode(block);
        return body;
    }

    /// <summary>Whether an address is in one of the parts.</summary>
    public bool Contains(ulong address) => Blocks.Any(b => b.Contains(address));

    /// <summary>Whether an instruction starts at an address.</summary>
    public bool IsInstruction(ulong address) => _starts.Contains(address);

    /// <summary>Whether a direct jump of the function leads to an address.</summary>
    public bool IsJumpTarget(ulong address) => _targets.Contains(address);

    /// <summary>The starts of the instructions nearest to an address: of the one that contains it and of the next.</summary>
    public IReadOnlyList<ulong> Around(ulong address) =>
        [.. _starts.Where(s => s < address).OrderDescending().Take(1), .. _starts.Where(s => s > address && Contains(s)).Order().Take(1)];

    private void Decode(CodeBlock block)
    {
        var bytes = block.Bytes.ToArray();
        var decoder = Decoder.Create(64, bytes);
        decoder.IP = block.Address;
        while (decoder.IP < block.End)
        {
            decoder.Decode(out var instruction);
            if (instruction.IsInvalid)
            {
                InvalidAt ??= instruction.IP;
                return;
            }

            _instructions.Add(instruction);
            _starts.Add(instruction.IP);
            if (instruction.FlowControl is FlowControl.ConditionalBranch or FlowControl.UnconditionalBranch)
                _targets.Add(instruction.NearBranchTarget);
        }
    }
}

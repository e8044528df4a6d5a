using Iced.Intel;
using Tracer.Elf;
using Tracer.Runtimes.Code;

namespace Tracer.Runtimes.Php;

/// <summary>
/// Instructions that follow each other in the file as far as no jump of the function leads between them: conditional jumps out of them are allowed, so that a later one is passed at most once for
/// every time that the first is. Not safe for concurrent use.
/// </summary>
internal sealed class CodeLine
{
    private const int Longest = 96;

    private readonly List<Instruction> _code;
    private readonly InstructionFacts _facts = new();

    /// <summary>Decodes the line.</summary>
    /// <param name="image">The file.</param>
    /// <param name="address">The link-time address of its first instruction.</param>
    /// <param name="targets">Where jumps lead: the line ends before the next of them.</param>
    public CodeLine(ElfImage image, ulong address, IReadOnlySet<ulong> targets) =>
        _code = InstructionStream.Line(image, address, targets, f => f is FlowControl.Next or FlowControl.ConditionalBranch or FlowControl.Call or FlowControl.IndirectCall, Longest);

    /// <summary>The instructions.</summary>
    public IReadOnlyList<Instruction> Code => _code;

    /// <summary>
    /// Where to observe from an instruction on, while these registers are as they are there: at the first one that the kernel emulates, up to the first jump, else at the instruction itself; null
    /// when the line ends before it.
    /// </summary>
    public ulong? SiteFrom(int first, params ReadOnlySpan<Register> registers)
    {
        if (first >= _code.Count)
            return null;
        for (var k = first; k < _code.Count; k++)
        {
            if (InstructionFacts.IsEmulated(_code[k]))
                return _code[k].IP;
            if (_code[k].FlowControl != FlowControl.Next || WritesAny(_code[k], registers))
                break;
        }

        return _code[first].IP;
    }

    /// <summary>The first instruction from an index on that loads 64 bits from a register and a displacement; -1 when there is none, or something changes the register before.</summary>
    public int LoadFrom(int first, Register @base, int displacement)
    {
        for (var k = first; k < _code.Count; k++)
        {
            if (IsLoad(_code[k], @base) && _code[k].MemoryDisplacement64 == (ulong)displacement)
                return k;
            if (_facts.Writes(_code[k], @base))
                break;
        }

        return -1;
    }

    /// <summary>Whether it is <c>mov displacement(base), register</c> of 64 bits.</summary>
    public static bool IsLoad(in Instruction instruction, Register @base) =>
        instruction is { Mnemonic: Mnemonic.Mov, Op0Kind: OpKind.Register, Op1Kind: OpKind.Memory, MemoryIndex: Register.None, MemorySize: MemorySize.UInt64 } && instruction.MemoryBase == @base;

    private bool WritesAny(in Instruction instruction, ReadOnlySpan<Register> registers)
    {
        foreach (var register in registers)
        {
            if (_facts.Writes(instruction, register))
                return true;
        }

        return false;
    }
}

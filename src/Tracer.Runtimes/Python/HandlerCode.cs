using Iced.Intel;
using Tracer.Core.Expressions;
using Tracer.Elf;
using Tracer.Runtimes.Code;

namespace Tracer.Runtimes.Python;

/// <summary>
/// The straight line of instructions that a handler of the evaluation loop begins with: it is passed once for every time the handler runs. Every handler
/// of CPython 3.11 to 3.15 that matters here stores the address of its bytecode instruction into the frame, and thereby tells which register holds the
/// frame; what debugging information says of these registers is wrong in some builds.
/// </summary>
public sealed class HandlerCode
{
    private const int MostInstructions = 48;

    private readonly List<Instruction> _code;
    private readonly InstructionInfoFactory _infos = new();
    private readonly InstructionFacts _facts = new();
    private readonly int _store;

    private HandlerCode(List<Instruction> code, int store, Register frame) => (_code, _store, Frame) = (code, store, frame);

    /// <summary>The register that holds the frame.</summary>
    public Register Frame { get; }

    /// <summary>The register that holds the instruction's address when the handler begins; null when the line does not tell.</summary>
    public Register? InstructionRegister
    {
        get
        {
            var source = _code[_store].Op1Register;
            return _code.Take(_store).Any(i => _facts.Writes(i, source) || _facts.Writes(i, Frame)) ? null : source;
        }
    }

    /// <summary>Whether the line has the store, so that the frame tells the instruction behind it.</summary>
    public bool HasStore => _store >= 0;

    /// <summary>The expression for the frame's address.</summary>
    public Expression FrameAddress => Build.Register(GeneralRegister.Of(Frame)!.Value);

    /// <summary>Decodes the line from an address on; null when it has no store into a frame.</summary>
    /// <param name="image">The file.</param>
    /// <param name="address">The handler's address.</param>
    /// <param name="targets">Where jumps lead: the line ends before the next of them.</param>
    /// <param name="member">The member of the frame that is stored, see <see cref="PythonLayout.FrameLastInstruction"/>.</param>
    public static HandlerCode? Decode(ElfImage image, ulong address, IReadOnlySet<ulong> targets, int member)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(targets);
        var code = Line(image, address, targets);
        var store = code.FindIndex(i => IsStore(i, member));
        return store < 0 ? null : new HandlerCode(code, store, code[store].MemoryBase);
    }

    /// <summary>Decodes the line of a handler without a store, as far as these registers are unchanged.</summary>
    /// <param name="image">The file.</param>
    /// <param name="address">The handler's address.</param>
    /// <param name="targets">Where jumps lead.</param>
    /// <param name="frame">The register with the frame.</param>
    /// <param name="instruction">The register with the instruction's address.</param>
    public static HandlerCode Decode(ElfImage image, ulong address, IReadOnlySet<ulong> targets, Register frame, Register instruction)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(targets);
        var handler = new HandlerCode(Line(image, address, targets), -1, frame);
        var end = handler._code.FindIndex(i => handler._facts.Writes(i, frame) || handler._facts.Writes(i, instruction));
        // The instruction that changes a register still finds it unchanged.
        if (end >= 0)
            handler._code.RemoveRange(end + 1, handler._code.Count - end - 1);
        return handler;
    }

    /// <summary>
    /// The place to observe, behind the store: the first instruction that the kernel emulates while the frame's register is unchanged (1 us a hit), else the
    /// next one (12 us); null when there is none.
    /// </summary>
    public int? FindSite()
    {
        var first = _store + 1;
        for (var k = first; k < _code.Count; k++)
        {
            if (InstructionFacts.IsEmulated(_code[k]))
                return k;
            if (_facts.Writes(_code[k], Frame))
                break;
        }

        return first < _code.Count && !_code.Take(first).Skip(Math.Max(_store, 0)).Any(i => _facts.Writes(i, Frame)) ? first : null;
    }

    /// <summary>
    /// The register that points behind the top of the frame's value stack at an instruction: a handler that takes the top, as PUSH_EXC_INFO does, reads the eight
    /// bytes before it; null when the line does not read them first, or has changed the register or the stack by then.
    /// </summary>
    public X64Register? StackPointerAt(int index)
    {
        var read = _code.Take(index).FirstOrDefault(i => i is { Mnemonic: Mnemonic.Mov, Op0Kind: OpKind.Register, Op1Kind: OpKind.Memory, MemoryIndex: Register.None }
            && i.MemoryDisplacement64 == unchecked((ulong)-8) && i.MemoryBase != Frame);
        var register = read.MemoryBase;
        return GeneralRegister.Of(register) is not (null or X64Register.Rsp)
            && !_code.Take(index).Any(i => _facts.Writes(i, register) || (i.Op0Kind == OpKind.Memory && i.MemoryBase == register)) ? GeneralRegister.Of(register) : null;
    }

    /// <summary>The address of an instruction.</summary>
    public ulong AddressOf(int index) => _code[index].IP;

    /// <summary>
    /// When the instruction before one compares a register with a member of some object: the register's expression, which is then still as compared.
    /// </summary>
    public Expression? ComparedBefore(int index, int member) =>
        index > 0 && TryCompare(_code[index - 1], member, out var register) ? Build.Register(register) : null;

    /// <summary>
    /// The thread state's address, from the comparison of a member of some object with what was loaded from a member of the thread state; null when the line
    /// has no such thing. It is in a register or on the stack, where it is in all of the function.
    /// </summary>
    public ThreadStatePlace? FindThreadState(int comparedMember, int threadMember)
    {
        for (var k = 0; k < _code.Count; k++)
        {
            if (!TryCompare(_code[k], comparedMember, out var compared))
                continue;
            var load = LastWrite(k, r => GeneralRegister.Of(r) == compared);
            if (load < 0 || _code[load] is not { Mnemonic: Mnemonic.Mov, Op1Kind: OpKind.Memory } from || from.MemoryDisplacement64 != (ulong)threadMember)
                continue;
            var @base = from.MemoryBase;
            var definition = LastWrite(load, r => r == @base);
            if (definition < 0)
                return new ThreadStatePlace(@base, null);
            if (_code[definition] is { Mnemonic: Mnemonic.Mov, Op1Kind: OpKind.Memory, MemoryIndex: Register.None, MemoryBase: Register.RSP or Register.RBP } spill)
                return new ThreadStatePlace(spill.MemoryBase, (long)spill.MemoryDisplacement64);
        }

        return null;
    }

    private static List<Instruction> Line(ElfImage image, ulong address, IReadOnlySet<ulong> targets) =>
        InstructionStream.Line(image, address, targets, f => f is FlowControl.Next or FlowControl.Call, MostInstructions);

    private static bool IsStore(in Instruction instruction, int member) =>
        instruction is { Mnemonic: Mnemonic.Mov, Op0Kind: OpKind.Memory, Op1Kind: OpKind.Register, MemoryIndex: Register.None, MemorySize: MemorySize.UInt64 }
        && GeneralRegister.Of(instruction.MemoryBase) is not (null or X64Register.Rsp) && instruction.MemoryDisplacement64 == (ulong)member;

    private static bool TryCompare(in Instruction instruction, int member, out X64Register register)
    {
        register = default;
        if (instruction.Mnemonic != Mnemonic.Cmp || instruction.MemoryDisplacement64 != (ulong)member || instruction.MemoryIndex != Register.None)
            return false;
        var other = instruction.Op0Kind == OpKind.Memory ? instruction.Op1Register : instruction.Op1Kind == OpKind.Memory ? instruction.Op0Register : Register.None;
        if (GeneralRegister.Of(other) is not { } found)
            return false;
        register = found;
        return true;
    }

    private int LastWrite(int before, Func<Register, bool> isWanted)
    {
        for (var k = before - 1; k >= 0; k--)
        {
            foreach (var used in _infos.GetInfo(_code[k]).GetUsedRegisters())
            {
                if (used.Access is OpAccess.Write or OpAccess.ReadWrite or OpAccess.CondWrite or OpAccess.ReadCondWrite && isWanted(used.Register.GetFullRegister()))
                    return k;
            }
        }

        return -1;
    }
}

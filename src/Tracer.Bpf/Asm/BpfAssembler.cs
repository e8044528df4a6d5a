using System.Runtime.InteropServices;

namespace Tracer.Bpf;

/// <summary>
/// Builds an eBPF program instruction by instruction. This half: labels, jumps and calls; BpfAssembler.Data.cs has arithmetic and memory.
/// Every method appends and returns the assembler. Nothing is checked that the kernel's verifier checks.
/// </summary>
public sealed partial class BpfAssembler
{
    private const int Unbound = -1;

    private readonly List<BpfInstruction> _code = [];
    private readonly List<int> _labels = [];
    private readonly List<(int Slot, int Label, bool IsCall)> _references = [];

    /// <summary>Slots emitted so far.</summary>
    public int Count => _code.Count;

    /// <summary>Makes a label that is bound later with <see cref="Bind"/>.</summary>
    public BpfLabel NewLabel()
    {
        _labels.Add(Unbound);
        return new BpfLabel(_labels.Count);
    }

    /// <summary>Places <paramref name="label"/> before the next instruction.</summary>
    /// <exception cref="BpfAssemblyException">The label is bound already, or belongs to no assembler.</exception>
    public BpfAssembler Bind(BpfLabel label)
    {
        ref var slot = ref SlotOf(label);
        if (slot != Unbound)
            throw new BpfAssemblyException($"Label {label.Number} is bound twice: at {slot} and at {_code.Count}.");
        slot = _code.Count;
        return this;
    }

    /// <summary>Whether an instruction emitted so far jumps to <paramref name="label"/>. What nothing jumps to must not be emitted: the verifier refuses unreachable code.</summary>
    public bool IsReferenced(BpfLabel label) => _references.Exists(r => r.Label == label.Number);

    /// <summary>Jumps to <paramref name="target"/>.</summary>
    public BpfAssembler Jump(BpfLabel target) =>
        Branch(BpfOpcode.ClassJmp | BpfOpcode.JumpAlways, BpfRegister.R0, 0, 0, target);

    /// <summary>Jumps when the 64-bit comparison of two registers holds.</summary>
    public BpfAssembler JumpIf(BpfCondition condition, BpfRegister left, BpfRegister right, BpfLabel target) =>
        Branch(BpfOpcode.ClassJmp | BpfOpcode.SourceRegister | (int)condition, left, (int)right, 0, target);

    /// <summary>Jumps when the 64-bit comparison with a sign-extended constant holds.</summary>
    public BpfAssembler JumpIf(BpfCondition condition, BpfRegister left, int right, BpfLabel target) =>
        Branch(BpfOpcode.ClassJmp | (int)condition, left, 0, right, target);

    /// <summary>Jumps when the comparison of two registers' low 32 bits holds (kernel 5.1).</summary>
    public BpfAssembler JumpIf32(BpfCondition condition, BpfRegister left, BpfRegister right, BpfLabel target) =>
        Branch(BpfOpcode.ClassJmp32 | BpfOpcode.SourceRegister | (int)condition, left, (int)right, 0, target);

    /// <summary>Jumps when the comparison of a register's low 32 bits with a constant holds (kernel 5.1).</summary>
    public BpfAssembler JumpIf32(BpfCondition condition, BpfRegister left, int right, BpfLabel target) =>
        Branch(BpfOpcode.ClassJmp32 | (int)condition, left, 0, right, target);

    /// <summary>
    /// Falls through while the kernel's loop budget lasts and jumps to <paramref name="target"/> when it is spent (kernel 6.9): put at the
    /// head of a loop, it makes the verifier accept a loop whose end it cannot prove. A program has 8 Mi passes per may_goto, and since
    /// kernel 6.15 also at most a quarter of a second.
    /// </summary>
    public BpfAssembler MayGoto(BpfLabel target) =>
        Branch(BpfOpcode.ClassJmp | BpfOpcode.JumpConditional, BpfRegister.R0, 0, 0, target);

    /// <summary>Calls a helper: arguments in R1-R5, result in R0; R1-R5 are lost.</summary>
    public BpfAssembler Call(BpfHelper helper) =>
        Emit(BpfOpcode.ClassJmp | BpfOpcode.Call, BpfRegister.R0, 0, 0, (int)helper);

    /// <summary>Calls a subprogram of this program (a static function: the verifier checks it at each call); it needs no BTF.</summary>
    public BpfAssembler CallSubprogram(BpfLabel target)
    {
        _ = SlotOf(target);
        _references.Add((_code.Count, target.Number, true));
        return Emit(BpfOpcode.ClassJmp | BpfOpcode.Call, BpfRegister.R0, BpfOpcode.PseudoCall, 0, 0);
    }

    /// <summary>Calls a kernel function by its id in the kernel's BTF (see <see cref="BtfTypes.TryFindFunction"/>).</summary>
    public BpfAssembler CallKernelFunction(int btfId) =>
        Emit(BpfOpcode.ClassJmp | BpfOpcode.Call, BpfRegister.R0, BpfOpcode.PseudoKernelFunction, 0, btfId);

    /// <summary>Returns from the program or subprogram with the value of R0.</summary>
    public BpfAssembler Exit() => Emit(BpfOpcode.ClassJmp | BpfOpcode.Exit, BpfRegister.R0, 0, 0, 0);

    /// <summary>Appends a finished instruction as it is.</summary>
    public BpfAssembler Append(BpfInstruction instruction)
    {
        _code.Add(instruction);
        return this;
    }

    /// <summary>Resolves every jump and returns the program. The assembler may be used further.</summary>
    /// <exception cref="BpfAssemblyException">A label is not bound, or a jump is farther than 16 bits of slots.</exception>
    public BpfInstruction[] Assemble()
    {
        var program = _code.ToArray();
        foreach (var (slot, label, isCall) in _references)
        {
            var target = _labels[label - 1];
            if (target == Unbound)
                throw new BpfAssemblyException($"The instruction at {slot} jumps to label {label}, which was never bound.");
            var distance = target - (slot + 1);
            program[slot] = Resolve(slot, program[slot], distance, isCall);
        }

        return program;
    }

    private static BpfInstruction Resolve(int slot, BpfInstruction unresolved, int distance, bool isCall)
    {
        if (isCall)
            return unresolved with { Immediate = distance };
        if (distance is < short.MinValue or > short.MaxValue)
            throw new BpfAssemblyException($"The jump from {slot} is out of range: {distance} does not fit in 16 bits.");
        return unresolved with { Offset = (short)distance };
    }

    private BpfAssembler Branch(int opcode, BpfRegister left, int right, int immediate, BpfLabel target)
    {
        _ = SlotOf(target);
        _references.Add((_code.Count, target.Number, false));
        return Emit(opcode, left, right, 0, immediate);
    }

    private BpfAssembler Emit(int opcode, BpfRegister destination, int source, int offset, int immediate) =>
        Append(new BpfInstruction(opcode, destination, source, offset, immediate));

    private ref int SlotOf(BpfLabel label)
    {
        if (label.Number < 1 || label.Number > _labels.Count)
            throw new BpfAssemblyException($"Label {label.Number} was not made by this assembler.");
        return ref CollectionsMarshal.AsSpan(_labels)[label.Number - 1];
    }
}

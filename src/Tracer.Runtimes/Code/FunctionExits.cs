using Iced.Intel;

namespace Tracer.Runtimes.Code;

/// <summary>
/// Finds where a function is left, for probes on its exits. A <c>ret</c> always serves, but the kernel single-steps it; so the straight
/// line of code before it is searched for instructions that the kernel emulates and that nothing but the exit follows. Where the control flow does not
/// prove that, the answer is an instruction of the epilogue or the <c>ret</c>.
/// </summary>
public static class FunctionExits
{
    // A function with more places to leave it than this is not worth the planting: its rets are fewer.
    private const int MaximumCheapSites = 16;
    private const int MaximumWindow = 64;

    /// <summary>The exits of a function, by address; together they are passed at least once by every way out of it.</summary>
    /// <param name="blocks">The function's code: its main part first, then parts that the compiler moved elsewhere, when they are known.</param>
    /// <param name="indirectTargets">
    /// All addresses that an indirect jump of the function may lead to (<see cref="IndirectTargets"/>); null when they are not known.
    /// </param>
    public static IReadOnlyList<FunctionExit> Find(IReadOnlyList<CodeBlock> blocks, IReadOnlySet<ulong>? indirectTargets)
    {
        ArgumentNullException.ThrowIfNull(blocks);
        var function = new Flow(blocks);
        var waysAreKnown = function is { IsWhole: true, LeavesForUnknownCode: false } && (indirectTargets is not null || !function.HasIndirectJumps);
        var exits = new SortedDictionary<ulong, FunctionExit>();
        foreach (var tail in function.TailCalls)
            exits[tail] = new FunctionExit(tail, 0, FunctionExitKind.TailCall);
        foreach (var (block, index) in function.Returns)
        {
            var ret = new FunctionExit(function.Code[block][index].IP, 0, FunctionExitKind.Return, FunctionResult.InPlace);
            var found = waysAreKnown ? BeforeReturn(function, function.Code[block], index, indirectTargets) : [ret];
            foreach (var exit in found.Count > MaximumCheapSites ? [ret] : found)
                exits[exit.Address] = exit;
        }

        return [.. exits.Values];
    }

    private static List<FunctionExit> BeforeReturn(Flow function, List<Instruction> code, int ret, IReadOnlySet<ulong>? indirectTargets)
    {
        // The window is the straight line that ends with the ret: once in it, the function will be left.
        var first = ret;
        var displacement = new Dictionary<int, long> { [ret] = 0 };
        while (first > 0 && ret - first < MaximumWindow && !IsCheap(code[first - 1], out _)
            && StackEffect.TryGet(code[first - 1], function.Infos, out var change))
        {
            first--;
            displacement[first] = displacement[first + 1] + change;
        }

        // The last instruction that some way in enters at and that must itself be the site: reached by a condition, indirectly or from what is not cheap.
        var required = -1;
        var jumps = new List<(int Target, Instruction Jump)>();
        for (var k = first; k <= ret; k++)
        {
            if (indirectTargets?.Contains(code[k].IP) == true)
                required = k;
            foreach (var branch in function.BranchesTo(code[k].IP))
            {
                if (branch.IsJmpShortOrNear)
                    jumps.Add((k, branch));
                else
                    required = k;
            }
        }

        var sites = new List<FunctionExit>();
        if (first > 0 && IsCheap(code[first - 1], out var kind))
        {
            var before = code[first - 1];
            if (required < 0)
                sites.Add(new FunctionExit(before.IP, displacement[first] + (kind == FunctionExitKind.Push ? -8 : 0), kind, ResultFrom(first - 1)));
        }
        else if (first == 0 || FallsThrough(code[first - 1]))
        {
            required = Math.Max(required, first);
        }

        if (required >= 0)
            sites.Add(new FunctionExit(code[required].IP, displacement[required], required == ret ? FunctionExitKind.Return : FunctionExitKind.Epilogue, ResultFrom(required)));
        // A jump inside the window would be passed by those who entered before it, who have their site already.
        sites.AddRange(jumps.Where(j => j.Target > required).Select(j => new FunctionExit(j.Jump.IP, displacement[j.Target], FunctionExitKind.Jump, ResultFrom(j.Target))));
        return sites;

        FunctionResult? ResultFrom(int from) => FunctionResults.Find(code, from, ret, function.Infos);
    }

    private static bool FallsThrough(in Instruction instruction) =>
        instruction.FlowControl is not (FlowControl.UnconditionalBranch or FlowControl.IndirectBranch or FlowControl.Return or FlowControl.Exception or FlowControl.Interrupt);

    private static bool IsCheap(in Instruction instruction, out FunctionExitKind kind)
    {
        kind = instruction.Code switch
        {
            Iced.Intel.Code.Call_rel32_64 => FunctionExitKind.Call,
            Iced.Intel.Code.Push_r64 => FunctionExitKind.Push,
            Iced.Intel.Code.Nopd when instruction.Length == 1 => FunctionExitKind.Nop,
            _ => FunctionExitKind.Return,
        };
        return kind != FunctionExitKind.Return;
    }

    /// <summary>A function's instructions in order of address, and where they branch.</summary>
    private sealed class Flow
    {
        private readonly Dictionary<ulong, List<Instruction>> _branches = [];

        public Flow(IReadOnlyList<CodeBlock> blocks)
        {
            for (var b = 0; b < blocks.Count; b++)
                Code.Add(Decode(blocks[b]));
            for (var b = 0; b < blocks.Count; b++)
            {
                for (var k = 0; k < Code[b].Count; k++)
                    Note(blocks, b, k);
            }
        }

        public InstructionInfoFactory Infos { get; } = new();

        public List<List<Instruction>> Code { get; } = [];

        public List<(int Block, int Index)> Returns { get; } = [];

        public List<ulong> TailCalls { get; } = [];

        public bool IsWhole { get; private set; } = true;

        public bool HasIndirectJumps { get; private set; }

        public bool LeavesForUnknownCode { get; private set; }

        public List<Instruction> BranchesTo(ulong address) => _branches.TryGetValue(address, out var list) ? list : [];

        // Linear: compilers for x86-64 ELF keep jump tables out of the code (.rodata), so that instructions follow each other without gaps.
        private List<Instruction> Decode(CodeBlock block)
        {
            var bytes = new MemoryReader(block.Bytes);
            var decoder = Decoder.Create(64, bytes);
            decoder.IP = block.Address;
            var code = new List<Instruction>(block.Bytes.Length / 4);
            while (bytes.HasMore)
            {
                decoder.Decode(out var instruction);
                if (instruction.IsInvalid)
                {
                    IsWhole = false;
                    break;
                }

                code.Add(instruction);
            }

            return code;
        }

        private void Note(IReadOnlyList<CodeBlock> blocks, int block, int index)
        {
            var instruction = Code[block][index];
            switch (instruction.FlowControl)
            {
                case FlowControl.Return:
                    Returns.Add((block, index));
                    break;
                case FlowControl.IndirectBranch when RestoresStack(Code[block], index):
                    TailCalls.Add(instruction.IP);
                    break;
                case FlowControl.IndirectBranch:
                    HasIndirectJumps = true;
                    break;
                case FlowControl.UnconditionalBranch or FlowControl.ConditionalBranch or FlowControl.XbeginXabortXend:
                    var target = instruction.NearBranchTarget;
                    if (blocks.Any(b => b.Contains(target)))
                        (_branches.TryGetValue(target, out var list) ? list : _branches[target] = []).Add(instruction);
                    else if (instruction.IsJmpShortOrNear && RestoresStack(Code[block], index))
                        TailCalls.Add(instruction.IP);
                    else
                        LeavesForUnknownCode = true;
                    break;
            }
        }

        // Whether the straight line before a jump ends a frame: a jump between a function's own parts has no reason to.
        private bool RestoresStack(List<Instruction> code, int jump)
        {
            long total = 0;
            for (var k = jump - 1; k >= 0 && jump - k < MaximumWindow && StackEffect.TryGet(code[k], Infos, out var change); k--)
                total += change;
            return total > 0;
        }
    }

    private sealed class MemoryReader(ReadOnlyMemory<byte> bytes) : CodeReader
    {
        private int _next;

        public bool HasMore => _next < bytes.Length;

        public override int ReadByte() => _next < bytes.Length ? bytes.Span[_next++] : -1;
    }
}

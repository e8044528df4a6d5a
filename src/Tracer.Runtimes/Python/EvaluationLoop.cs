using Iced.Intel;
using Tracer.Elf;
using Tracer.Runtimes.Code;

namespace Tracer.Runtimes.Python;

/// <summary>
/// The evaluation loop of CPython 3.11 and later in one file, found in its bytes: the dispatch table and the code of the handlers. One function carries out
/// all frames and calls between Python functions do not leave it, so its handlers are where frames begin and end.
/// </summary>
public sealed class EvaluationLoop
{
    private const int BytesBehindLastHandler = 4096;
    private const int MostFollowed = 64;
    private const int LookedAt = 16;

    private readonly ElfImage _image;
    private readonly PythonLayout _layout;
    private readonly HashSet<ulong> _targets;
    private readonly CodeBlock _code;
    private readonly ulong[] _starts;

    private EvaluationLoop(ElfImage image, PythonLayout layout, PythonOpcodes opcodes, DispatchTable table, HashSet<ulong> targets, CodeBlock code, ulong[] starts) =>
        (_image, _layout, Opcodes, Table, _targets, _code, _starts) = (image, layout, opcodes, table, targets, code, starts);

    /// <summary>The numbers of its opcodes.</summary>
    public PythonOpcodes Opcodes { get; }

    /// <summary>Its dispatch table.</summary>
    public DispatchTable Table { get; }

    /// <summary>The loop of a file, or null with a reason in one clause.</summary>
    /// <param name="image">The file.</param>
    /// <param name="version">Its version.</param>
    /// <param name="layout">The layout of its objects.</param>
    /// <param name="problem">Why there is none.</param>
    public static EvaluationLoop? Find(ElfImage image, PythonVersion version, PythonLayout layout, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(layout);
        if (PythonOpcodes.ForVersion(version) is not { } opcodes)
        {
            problem = $"the opcodes of CPython {version} are not known";
            return null;
        }

        var loops = DispatchTable.Find(image, opcodes).Select(t => Of(image, layout, opcodes, t)).OfType<EvaluationLoop>().ToArray();
        problem = loops.Length switch
        {
            0 => "the evaluation loop's table of handlers was not found in the file: it is built without computed gotos, or with tail calls",
            1 => null,
            _ => $"{loops.Length} tables in the file may be that of the evaluation loop's handlers",
        };
        return problem is null ? loops[0] : null;
    }

    /// <summary>The line of instructions that the handler of an opcode begins with; null when it does not store the instruction's address into the frame.</summary>
    public HandlerCode? Handler(byte opcode) => HandlerCode.Decode(_image, Table.Handlers[opcode], _targets, _layout.FrameLastInstruction);

    /// <summary>Whether a handler reads one of these members through that register, as it does when the register holds the thread state.</summary>
    public bool Reads(byte opcode, Register register, IReadOnlyList<int> members)
    {
        var bytes = _image.DataFrom(Table.Handlers[opcode]);
        var decoder = Decoder.Create(64, bytes[..Math.Min(bytes.Length, LookedAt * 15)].ToArray());
        for (var k = 0; k < LookedAt; k++)
        {
            decoder.Decode(out var i);
            if (i.MemoryBase == register && i.MemoryIndex == Register.None && members.Contains((int)i.MemoryDisplacement64))
                return true;
            if (i.IsInvalid || i.FlowControl is not (FlowControl.Next or FlowControl.ConditionalBranch))
                break;
        }

        return false;
    }

    /// <summary>
    /// The line of a handler that stores nothing before its first branch. All handlers begin with the frame and the instruction's address in the same
    /// registers, which those of <see cref="PythonOpcodes.Resume"/> tell.
    /// </summary>
    public HandlerCode? HandlerWithoutStore(byte opcode) =>
        Handler(Opcodes.Resume[0]) is { InstructionRegister: { } instruction } model
            ? HandlerCode.Decode(_image, Table.Handlers[opcode], _targets, model.Frame, instruction)
            : null;

    /// <summary>
    /// The function that gives up a frame at its end, whether by a return or an exception, with the thread state in rdi and the frame in rsi:
    /// <c>_PyEval_FrameClearAndPop</c> of 3.13 and later, which is exported, <c>_PyEvalFrameClearAndPop</c> of 3.12, which is what RETURN_VALUE calls first.
    /// </summary>
    /// <returns>Its address; null when it is not there.</returns>
    public ulong? FindClearAndPop()
    {
        if (NamedFunction.TryFindSymbol(_image, "_PyEval_FrameClearAndPop", out var symbol) && symbol.Type == ElfSymbolType.Function && symbol.Value != 0)
            return symbol.Value;
        return FirstCall(Table.Handlers[Opcodes.ReturnValue]) is { } callee && TestsOwner(callee) ? callee : null;
    }

    /// <summary>
    /// The places where the loop decides how to leave a frame, by <c>is_entry</c> (3.11): once at every return, exception that leaves the frame and making of
    /// a generator. Each is the jump behind the comparison. Builds that check themselves (--with-pydebug) also compare where they only assert that a frame which
    /// yields is an entry; there the jump leads to a call of <c>__assert_fail</c>.
    /// </summary>
    public IReadOnlyList<(ulong Address, Register Frame)> FindEntryTests()
    {
        var tests = new List<(ulong, Register)>();
        if (_layout.InterpreterFrame!.IsEntry is not { } member)
            return tests;
        var frame = Handler(Opcodes.ReturnValue)!.Frame;
        var code = InstructionStream.Decode(_code, _starts).ToArray();
        var failure = new CallTargets(_image, "__assert_fail"u8);
        for (var k = 0; k < code.Length; k++)
        {
            if (code[k] is not { Mnemonic: Mnemonic.Cmp, Op0Kind: OpKind.Memory, MemoryIndex: Register.None } test || test.MemorySize.GetSize() != 1
                || test.MemoryBase != frame || test.MemoryDisplacement64 != (ulong)member || test.GetImmediate(1) != 0)
                continue;
            var jump = k + 1;
            while (jump < code.Length && jump - k < 8 && code[jump].FlowControl == FlowControl.Next && !_targets.Contains(code[jump].IP))
                jump++;
            if (jump < code.Length && code[jump].IsJccShortOrNear && !_targets.Contains(code[jump].IP) && !LeadsTo(failure, code[jump].NearBranchTarget))
                tests.Add((code[jump].IP, frame));
        }

        return tests;
    }

    private static EvaluationLoop? Of(ElfImage image, PythonLayout layout, PythonOpcodes opcodes, DispatchTable table)
    {
        var starts = table.Handlers.Distinct().Order().ToArray();
        var hasFunction = NamedFunction.TryFindSymbol(image, EvalFrameProbes.Function, out var function) && function.Size is > 0 and < 4 << 20;
        // Compilers that optimise little leave what handlers share before the first of them.
        if (hasFunction && starts[0] - function.Value < function.Size && starts[0] != function.Value)
            starts = [function.Value, .. starts];
        var bytes = image.DataFrom(starts[0]);
        var length = (int)Math.Min((ulong)bytes.Length, starts[^1] - starts[0] + BytesBehindLastHandler);
        var code = new CodeBlock(starts[0], bytes[..length]);
        var targets = BranchTargets(code, starts).ToHashSet();
        // Where compilers split the function, the part with its entry may be elsewhere; it jumps to handlers too.
        if (hasFunction && !code.Contains(function.Value))
        {
            var body = image.DataFrom(function.Value);
            targets.UnionWith(BranchTargets(new CodeBlock(function.Value, body[..(int)Math.Min((ulong)body.Length, function.Size)]), [function.Value]));
        }

        var loop = new EvaluationLoop(image, layout, opcodes, table, targets, code, starts);
        return opcodes.Resume.All(o => loop.Handler(o) is not null) ? loop : null;
    }

    /// <summary>The code with the handlers.</summary>
    public CodeBlock Code => _code;

    // Where the straight lines of code may be entered.
    private static IEnumerable<ulong> BranchTargets(CodeBlock code, IReadOnlyList<ulong> starts) => InstructionStream.Decode(code, starts)
        .Where(i => i.FlowControl is FlowControl.ConditionalBranch or FlowControl.UnconditionalBranch).Select(i => i.NearBranchTarget);

    // Whether the straight line from an address on ends with a call of that function.
    private bool LeadsTo(CallTargets function, ulong address)
    {
        var bytes = _image.DataFrom(address);
        var decoder = Decoder.Create(64, bytes[..Math.Min(bytes.Length, LookedAt * 15)].ToArray());
        decoder.IP = address;
        for (var k = 0; k < LookedAt; k++)
        {
            decoder.Decode(out var instruction);
            if (instruction.IsInvalid || instruction.FlowControl != FlowControl.Next)
                return function.IsCalledBy(instruction);
        }

        return false;
    }

    // Along the line where no conditional jump is taken.
    private ulong? FirstCall(ulong address)
    {
        var bytes = _code.Bytes;
        for (var k = 0; k < MostFollowed && _code.Contains(address); k++)
        {
            var at = bytes[(int)(address - _code.Address)..];
            var decoder = Decoder.Create(64, at[..Math.Min(at.Length, 15)].ToArray());
            decoder.IP = address;
            decoder.Decode(out var instruction);
            switch (instruction.FlowControl)
            {
                case FlowControl.Call when instruction.Code == Iced.Intel.Code.Call_rel32_64:
                    return instruction.NearBranchTarget;
                case FlowControl.UnconditionalBranch:
                    address = instruction.NearBranchTarget;
                    break;
                case FlowControl.Next or FlowControl.ConditionalBranch:
                    address = instruction.NextIP;
                    break;
                default:
                    return null;
            }
        }

        return null;
    }

    // Its first decision: frames of threads and of generators are cleared in different ways.
    private bool TestsOwner(ulong function)
    {
        var bytes = _image.DataFrom(function);
        var decoder = Decoder.Create(64, bytes[..Math.Min(bytes.Length, 96)].ToArray());
        decoder.IP = function;
        for (var k = 0; k < 16; k++)
        {
            decoder.Decode(out var instruction);
            if (instruction is { Op0Kind: OpKind.Memory, MemoryBase: Register.RSI, Mnemonic: Mnemonic.Cmp } && instruction.MemoryDisplacement64 == (ulong)_layout.InterpreterFrame!.Owner)
                return true;
            if (instruction.IsInvalid || instruction.FlowControl != FlowControl.Next)
                break;
        }

        return false;
    }
}

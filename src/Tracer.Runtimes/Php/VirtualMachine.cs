using Iced.Intel;
using Tracer.Core.Targets;
using Tracer.Elf;
using Tracer.Runtimes.Code;

namespace Tracer.Runtimes.Php;

/// <summary>
/// The code of PHP's virtual machine: the handlers of its opcodes in execute_ex and the functions that they call. Two registers are its own in all of it: r14 holds the frame that runs
/// (zend_execute_data), r15 its instruction (zend_op).
/// </summary>
internal sealed class VirtualMachine
{
    /// <summary>The register with the frame (Zend/zend_execute.c, ZEND_VM_FP_GLOBAL_REG).</summary>
    public const Register FrameRegister = Register.R14;

    private readonly HandlerTable _table;
    private readonly HashSet<ulong> _targets = [];
    private readonly Dictionary<ulong, IReadOnlySet<ulong>> _targetsIn = [];

    private VirtualMachine(TargetModule module, CodeSearch search, HandlerTable table, ulong executor, ulong executorPointer)
    {
        (Image, Search, _table, Executor, ExecutorPointer) = (module.Image, search, table, executor, executorPointer);
        var functions = new HashSet<ulong>();
        foreach (var handler in table.Handlers.Append(executor))
        {
            _targets.Add(handler);
            if (search.PlaceOf(handler) is { } place && functions.Add(place.Function))
                _targets.UnionWith(JumpsOf(place.Code));
        }
    }

    /// <summary>The file.</summary>
    public ElfImage Image { get; }

    /// <summary>Its functions.</summary>
    public CodeSearch Search { get; }

    /// <summary>The address of execute_ex.</summary>
    public ulong Executor { get; }

    /// <summary>The address of zend_execute_ex.</summary>
    public ulong ExecutorPointer { get; }

    /// <summary>The machine of a file, or null with a reason in one clause.</summary>
    public static VirtualMachine? Find(TargetModule module, out string? problem)
    {
        if (!NamedFunction.TryFind(module.Image, PhpRuntime.Executor, out var blocks, out problem) || HandlerTable.Find(module.Image, blocks[0], out problem) is not { } table)
            return null;
        var search = new CodeSearch(module);
        return new VirtualMachine(module, search, table, blocks[0].Address, search.Find(PhpRuntime.ExecutorPointer)!.Value);
    }

    /// <summary>The lines that the handlers of an opcode begin with, those of the functions that they only call instead.</summary>
    public IEnumerable<CodeLine> HandlersOf(PhpOpcode opcode)
    {
        foreach (var handler in _table.Of(opcode))
        {
            var line = new CodeLine(Image, handler, _targets);
            yield return FunctionOf(line) is { } function ? LineIn(function, function) : line;
        }
    }

    /// <summary>The line that begins at an instruction of a function that handlers call.</summary>
    public CodeLine LineIn(ulong function, ulong address)
    {
        if (!_targetsIn.TryGetValue(function, out var targets))
            _targetsIn[function] = targets = _targets.Concat(JumpsOf(Search.FunctionAt(function))).ToHashSet();
        return new CodeLine(Image, address, targets);
    }

    /// <summary>The functions that the handlers of an opcode only call; null when one does something else.</summary>
    public IReadOnlyList<ulong>? FunctionsOf(PhpOpcode opcode)
    {
        ulong?[] functions = [.. _table.Of(opcode).Select(h => FunctionOf(new CodeLine(Image, h, _targets)))];
        return functions.Length == 0 || functions.Contains(null) ? null : [.. functions.Select(f => f!.Value).Distinct()];
    }

    // call function; jmp *(%r15)
    private static ulong? FunctionOf(CodeLine line)
    {
        var first = line.Code.FirstOrDefault(i => i.Code != Iced.Intel.Code.Endbr64);
        return first.Code == Iced.Intel.Code.Call_rel32_64 ? first.NearBranchTarget : null;
    }

    private static IEnumerable<ulong> JumpsOf(IReadOnlyList<Instruction> code) =>
        code.Where(i => i.FlowControl is FlowControl.ConditionalBranch or FlowControl.UnconditionalBranch).Select(i => i.NearBranchTarget);
}

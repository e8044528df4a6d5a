using Iced.Intel;
using Tracer.Core.Runtimes;
using Tracer.Core.Targets;
using Tracer.Elf;
using Tracer.Runtimes.Code;

namespace Tracer.Runtimes.Python;

/// <summary>
/// The functions of pymalloc (Objects/obmalloc.c), which are local: PyObject_Malloc and its like, which every file exports, only jump to what a table of pointers has
/// (PyMemAllocatorEx), and the file's data has pymalloc's functions there. Calls through a pointer cannot be inlined, so that these functions see all blocks, stripped or not.
/// Until 2.7 there is no table: the exported functions are pymalloc.
/// </summary>
/// <remarks>
/// A compiler that has a profile compares the pointer with pymalloc's function and puts that into the caller (speculative devirtualisation: gcc's
/// -fprofile-use with -flto, as Debian builds CPython). Then few blocks pass the functions, and the exported ones are seen to have more than a jump.
/// </remarks>
internal static class SmallBlocks
{
    private static readonly (string Name, string[] Exported)[] Functions =
    [
        ("_PyObject_Malloc", ["PyObject_Malloc", "PyMem_Malloc"]), ("_PyObject_Calloc", ["PyObject_Calloc", "PyMem_Calloc"]),
        ("_PyObject_Realloc", ["PyObject_Realloc", "PyMem_Realloc"]), ("_PyObject_Free", ["PyObject_Free", "PyMem_Free"]),
    ];

    private static readonly string[] OldFunctions = ["PyObject_Malloc", "PyObject_Realloc", "PyObject_Free"];

    // The exported functions check a size and jump: 10 to 14 instructions.
    private const int Longest = 24;

    /// <summary>The functions; null with a reason in one clause.</summary>
    public static RuntimeAllocator? Find(TargetModule module, PythonVersion version, out string? problem)
    {
        var search = new CodeSearch(module);
        if (version.Major == 2)
            return FindOld(module.Image, search, out problem);
        var pointers = new ImagePointers(module.Image);
        var found = new List<RuntimeAllocator.Member>();
        foreach (var (name, exported) in Functions)
        {
            var members = exported.Select(e => Behind(module.Image, search, pointers, e)).ToArray();
            if (Array.IndexOf(members, null) is >= 0 and var missing)
            {
                problem = $"{exported[missing]} is more than a call by a pointer: the compiler has put the allocator into its callers";
                return null;
            }

            // PyMem_* go to pymalloc since 3.6; a file that is built with hooks or another allocator has another function there.
            if (members.Select(m => m!.Value.Function).Distinct().Count() != 1)
            {
                problem = $"{exported[0]} and {exported[1]} do not go to one function";
                return null;
            }

            found.Add(new(name, members[0]!.Value.Function, members[0]!.Value.Pointer));
        }

        problem = null;
        return new RuntimeAllocator(found);
    }

    private static RuntimeAllocator? FindOld(ElfImage image, CodeSearch search, out string? problem)
    {
        problem = IsOptimisedAsAWhole(image) ? "the compiler has put the allocator into its callers" : null;
        var found = OldFunctions.Select(n => (Name: n, Address: search.Find(n))).ToArray();
        if (found.FirstOrDefault(f => f.Address is null).Name is { } missing)
            problem = $"{missing} is in no symbol table";
        return problem is null ? new RuntimeAllocator([.. found.Select(f => new RuntimeAllocator.Member(f.Name, f.Address!.Value, null))]) : null;
    }

    // GCC marks what link-time optimisation made local.
    private static bool IsOptimisedAsAWhole(ElfImage image)
    {
        if (image.SymbolTable is not { } symbols)
            return false;
        foreach (var symbol in symbols)
        {
            if (symbols.Name(symbol).IndexOf(".lto_priv"u8) >= 0)
                return true;
        }

        return false;
    }

    /// <summary>What an exported function jumps to by a pointer, as it is in the file, and where that pointer is; null when it does anything else.</summary>
    private static (ulong Function, ulong Pointer)? Behind(ElfImage image, CodeSearch search, ImagePointers pointers, string exported)
    {
        if (search.Find(exported) is not { } address || search.FunctionAt(address) is not { Count: > 0 and <= Longest } code)
            return null;
        ulong? pointer = null;
        for (var k = 0; k < code.Count; k++)
        {
            switch (code[k].FlowControl)
            {
                case FlowControl.Call:
                case FlowControl.UnconditionalBranch when code[k].NearBranchTarget < code[0].IP || code[k].NearBranchTarget > code[^1].IP:
                    return null;
                case FlowControl.IndirectBranch or FlowControl.IndirectCall when pointer is null && PointerOf(image, code, k) is { } found:
                    pointer = found;
                    break;
                case FlowControl.IndirectBranch or FlowControl.IndirectCall:
                    return null;
                default:
                    break;
            }
        }

        if (pointer is not { } at)
            return null;
        var function = pointers.Follow(at);
        // That it is compared with is that it is guessed, and put in place.
        return search.FunctionAt(function).Count == 0 || code.Any(i => CodePlace.Uses(i, function)) ? null : (function, at);
    }

    // jmp *TABLE(%rip), or mov TABLE(%rip), %r; jmp *%r.
    private static ulong? PointerOf(ElfImage image, IReadOnlyList<Instruction> code, int index)
    {
        var jump = code[index];
        if (jump.Op0Kind == OpKind.Memory)
            return Operand(image, code, index);
        for (var k = index - 1; jump.Op0Kind == OpKind.Register && k >= 0 && code[k].FlowControl == FlowControl.Next; k--)
        {
            if (code[k].Op0Kind == OpKind.Register && code[k].Op0Register.GetFullRegister() == jump.Op0Register)
                return code[k] is { Mnemonic: Mnemonic.Mov, Op1Kind: OpKind.Memory } ? Operand(image, code, k) : null;
        }

        return null;
    }

    // Since 3.12 the table is a part of _PyRuntime, which a shared library finds by a slot: mov SLOT(%rip), %r; then TABLE(%r).
    private static ulong? Operand(ElfImage image, IReadOnlyList<Instruction> code, int index)
    {
        var instruction = code[index];
        if (instruction.IsIPRelativeMemoryOperand)
            return instruction.IPRelativeMemoryAddress;
        if (instruction.MemoryIndex != Register.None || StraightLine.LastWrite(code, index, instruction.MemoryBase) is not { Mnemonic: Mnemonic.Mov, IsIPRelativeMemoryOperand: true } slot)
            return null;
        return NamedFunction.TryFindSymbol(image, "_PyRuntime", out var runtime) && runtime.IsDefined
            && new ElfRelocations(image).TryFindGotSlot("_PyRuntime"u8, runtime.Value, out var expected) && expected == slot.IPRelativeMemoryAddress
            ? runtime.Value + instruction.MemoryDisplacement64
            : null;
    }
}

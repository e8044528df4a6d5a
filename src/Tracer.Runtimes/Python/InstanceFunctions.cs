using Iced.Intel;
using Tracer.Elf;
using Tracer.Runtimes.Code;

namespace Tracer.Runtimes.Python;

/// <summary>The functions of Objects/typeobject.c that make and delete instances of classes, which are local and in no symbol table of a stripped file.</summary>
internal static class InstanceFunctions
{
    /// <summary>PyTypeObject.tp_dealloc in all versions (Include/object.h, since 3.8 Include/cpython/object.h).</summary>
    public const int TypeDeallocate = 48;
    // PyTypeObject.tp_basicsize and tp_flags, and the second byte of these flags.
    private const ulong TypeBasicSize = 32;
    private const ulong TypeFlags = 168;
    // PyTypeObject.tp_new.
    private const int TypeNew = 312;
    private const int LookedAt = 40;
    private const int NearComparison = 6;

    // They give a class whose definition names no tp_dealloc the one of classes; the older are wrappers of the newer.
    private static readonly string[] Makers = ["PyType_FromMetaclass", "PyType_FromModuleAndSpec", "PyType_FromSpecWithBases"];

    /// <summary>
    /// subtype_dealloc, the tp_dealloc of classes: what a function that makes types stores into that member, if it is a function that compares something with
    /// itself, as this one does to find the base whose instances it must delete. Null when it is not found.
    /// </summary>
    public static ulong? FindDeallocate(ElfImage image, CodeSearch search)
    {
        var makers = Makers.Select(search.Find).OfType<ulong>().ToList();
        // 2.7 has none of them: type_new is the tp_new of type.
        if (makers.Count == 0 && search.Find("PyType_Type") is { } type)
            makers.Add(new ImagePointers(image).Follow(type + TypeNew));
        foreach (var maker in makers)
        {
            var body = search.FunctionAt(maker);
            var bodies = body.Count <= LookedAt ? [body, .. Callees(body).Select(search.FunctionAt)] : new[] { body };
            var found = bodies.SelectMany(Stored).Where(f => search.FunctionAt(f).Any(i => CodePlace.Uses(i, f))).Distinct().ToArray();
            if (found.Length == 1)
                return found[0];
        }

        return null;
    }

    /// <summary>
    /// The functions that all instances of classes are made by, no two for one instance: PyType_GenericAlloc, which is the tp_alloc of every class; the copies of it
    /// that optimising compilers call where they find that pointer to be in tp_alloc; and _PyType_AllocNoTrack, which makes modules since 3.11. None when
    /// a compiler has put such a copy into the code of a caller, where nothing can be observed.
    /// </summary>
    public static IReadOnlyList<ulong> FindAllocators(CodeSearch search)
    {
        if (search.Find("PyType_GenericAlloc") is not { } exported || search.FunctionAt(exported).Count == 0)
            return [];
        var all = new HashSet<ulong> { exported };
        foreach (var compare in search.UsesOf(exported).Select(Comparison).OfType<CodePlace>())
        {
            if (FirstCall(search, compare, whenEqual: true) is { Code: Iced.Intel.Code.Call_rel32_64 } call && IsAllocator(search, call.NearBranchTarget))
                all.Add(call.NearBranchTarget);
            else if (FirstCall(search, compare, whenEqual: false) is { Op0Kind: OpKind.Register, FlowControl: FlowControl.IndirectCall or FlowControl.IndirectBranch })
                return [];
        }

        if (search.Find("PyModule_NewObject") is { } modules)
        {
            var first = Callees(search.FunctionAt(modules)).Take(1);
            all.UnionWith(first.Concat(first.SelectMany(f => Callees(search.FunctionAt(f)).Take(1))).Where(f => IsAllocator(search, f)));
        }

        return [.. all.Where(f => !Callees(search.FunctionAt(f)).Any(c => c != f && all.Contains(c))).Order()];
    }

    // What is stored into tp_dealloc: an immediate, or what the register was loaded with.
    private static IEnumerable<ulong> Stored(IReadOnlyList<Instruction> body)
    {
        for (var k = 0; k < body.Count; k++)
        {
            if (body[k] is not { Mnemonic: Mnemonic.Mov, Op0Kind: OpKind.Memory, MemoryIndex: Register.None, MemoryDisplacement64: TypeDeallocate } store
                || store.MemoryBase is Register.RSP or Register.None || store.MemorySize.GetSize() != 8)
                continue;
            var value = store.Op1Kind == OpKind.Register ? new CodePlace(body, k).AddressIn(store.Op1Register) : store.GetImmediate(1);
            if (value is { } address)
                yield return address;
        }
    }

    private static IEnumerable<ulong> Callees(IReadOnlyList<Instruction> body) => body
        .Where(i => i.Code is Iced.Intel.Code.Call_rel32_64 or Iced.Intel.Code.Jmp_rel32_64).Select(i => i.NearBranchTarget);

    // Where what was loaded from tp_alloc is compared with the address. Comparisons of the member itself are questions, not calls.
    private static CodePlace? Comparison(CodePlace use)
    {
        for (var k = use.Index; k < use.Code.Count && k - use.Index < NearComparison; k++)
        {
            if (use.Code[k].Mnemonic == Mnemonic.Cmp)
                return use.Code[k].Op0Kind == OpKind.Register && use.Code[k].Op1Kind != OpKind.Memory ? use with { Index = k } : null;
        }

        return null;
    }

    // The first call, or jump through a register, on the way that a comparison decides for.
    private static Instruction? FirstCall(CodeSearch search, CodePlace compare, bool whenEqual)
    {
        var (code, k) = (compare.Code, compare.Index);
        var isDecided = false;
        for (var steps = 0; steps < LookedAt && ++k < code.Count; steps++)
        {
            var instruction = code[k];
            var isTaken = instruction.FlowControl == FlowControl.UnconditionalBranch;
            if (instruction.FlowControl is FlowControl.Call or FlowControl.IndirectCall or FlowControl.IndirectBranch)
                return instruction;
            if (instruction.FlowControl == FlowControl.ConditionalBranch)
            {
                isTaken = !isDecided && instruction.ConditionCode == (whenEqual ? ConditionCode.e : ConditionCode.ne);
                isDecided = true;
            }
            else if (!isTaken && instruction.FlowControl != FlowControl.Next)
            {
                return null;
            }

            if (!isTaken)
                continue;
            if (search.PlaceOf(instruction.NearBranchTarget) is not { } target)
                return null;
            (code, k) = (target.Code, target.Index - 1);
        }

        return null;
    }

    // It looks at the type's sizes and flags first of all; a copy of PyType_GenericAlloc may leave that to _PyType_AllocNoTrack.
    private static bool IsAllocator(CodeSearch search, ulong function) =>
        ReadsType(search.FunctionAt(function)) || Callees(search.FunctionAt(function)).Take(1).Any(f => ReadsType(search.FunctionAt(f)));

    private static bool ReadsType(IReadOnlyList<Instruction> body)
    {
        var read = body.Take(LookedAt).TakeWhile(i => i.FlowControl is not (FlowControl.Call or FlowControl.IndirectCall))
            .Where(i => i.MemoryBase == Register.RDI && i.MemoryIndex == Register.None).Select(i => i.MemoryDisplacement64).ToHashSet();
        return read.Contains(TypeBasicSize) && (read.Contains(TypeFlags) || read.Contains(TypeFlags + 1));
    }
}

using System.Globalization;
using Tracer.Core.Binding;
using Tracer.Core.Expressions;
using Tracer.Core.Probes;
using Tracer.Elf;
using Tracer.Elf.Dwarf;
using Tracer.Runtimes.Code;

namespace Tracer.Runtimes.Native;

/// <summary>Makes the sites of functions of one module: entries, exits, inlined instances, instructions.</summary>
/// <param name="module">The module.</param>
/// <param name="hazard">Why a replaced return address may harm the process; null when it cannot.</param>
internal sealed class FunctionSites(NativeModule module, Lazy<string?> hazard)
{
    // What a frame store holds at most.
    private const int MaximumKept = 8;

    // One store for all functions of a spec: each takes at its exit what it saved itself at its entry, under its own stack pointer.
    private readonly Dictionary<int, FrameStore> _stores = [];

    /// <summary>Adds a function's entry.</summary>
    public void AddEntry(NativeFunction function, ProbeDraft draft)
    {
        if (Prepare(function, draft) is { } prepared)
            draft.Add(new NativeSite(prepared.Entry, prepared.Parameters));
    }

    /// <summary>Adds a function's exits, with its entry as their companion.</summary>
    public void AddReturns(NativeFunction function, ProbeDraft draft)
    {
        if (Prepare(function, draft) is not { } prepared)
            return;
        if (prepared.Body is not { } body)
        {
            draft.Problem($"the bounds of {function.Name} are unknown, and with them its exits");
            return;
        }

        var exits = ReturnSites.Find(module, body, out var problem);
        if (problem is not null)
        {
            draft.Problem(string.Create(CultureInfo.InvariantCulture, $"{function.Name}: {problem}"));
            return;
        }

        var results = prepared.Debug is { } debug ? FunctionParameters.AtReturn(debug.ReturnType) : FunctionParameters.OfResultRegister();
        var lost = results.Select(r => r with
        {
            Value = new UnavailableExpression(r.Parameter.Type, "the function is left by a tail call here: the function called returns in its place"),
        }).ToArray();
        var kept = prepared.Debug is null ? [] : prepared.Parameters
            .Where(p => results.All(r => r.Parameter.Name != p.Parameter.Name) && RegisterValues.ToKeep(p.Value) is not null).Take(MaximumKept).ToArray();
        var arguments = kept.Select((p, slot) => p with { Value = RegisterValues.Kept(p.Value, slot) }).ToArray();
        var stack = Build.Register(X64Register.Rsp);
        // A store holds one value at least.
        var values = kept.Length > 0 ? new ExpressionList([.. kept.Select(p => RegisterValues.ToKeep(p.Value)!)]) : new ExpressionList(stack);
        var save = new FrameSave(StoreOf(values.Count), stack, values);
        foreach (var exit in exits)
        {
            if (module.LocationOf(exit.Address) is not { } location)
                continue;
            draft.Add(new NativeSite(location, [.. exit.IsTailCall ? lost : results, .. arguments])
            {
                Guard = exit.Condition,
                Restore = new FrameRestore(save.Store, stack),
                Companion = new CompanionSite(prepared.Entry, save),
            });
        }

        // Behind its ret the stack pointer is above the return address, at which it was at the entry.
        draft.AddCall(
            new NativeSite(prepared.Entry, [.. results, .. arguments]) { Restore = new FrameRestore(save.Store, Build.Offset(stack, -8)), Call = save },
            exits.Any(e => e.IsTailCall) ? $"{function.Name} is left by tail calls, which the kernel takes for a part of it"
            : ReturnAddressUse.Find(module, body) is { } use ? $"{function.Name} {use}" : hazard.Value);
        draft.Note("frames entered before tracing began are not reported");
    }

    /// <summary>Adds the places where a function was inlined and tells how many there are.</summary>
    public int AddInlined(string name, ProbeDraft draft, bool isReturn)
    {
        if (module.Debug is not { } debug)
            return 0;
        var count = 0;
        foreach (var instance in debug.Subprograms.FindInlined(name))
        {
            var address = instance.EntryPc;
            if (address == 0 || module.LocationOf(address) is not { } location || !debug.Subprograms.TryFindAt(address, out var outer))
                continue;
            count++;
            if (!isReturn)
                draft.Add(new NativeSite(location, FunctionParameters.Within(instance, module.ContextAt(address, outer, isEntry: false))));
        }

        if (count == 0)
            return 0;
        var instances = count == 1 ? "1 inlined instance" : string.Create(CultureInfo.InvariantCulture, $"{count} inlined instances");
        if (isReturn)
            draft.Problem($"{instances} of {name} cannot be seen to return");
        else
            draft.Note($"with {instances}, at the places the compiler names as their entries");
        return count;
    }

    /// <summary>Adds an instruction of a function.</summary>
    public void AddOffset(NativeFunction function, ulong offset, ProbeDraft draft)
    {
        if (Prepare(function, draft) is not { } prepared)
            return;
        var address = unchecked(function.Address + offset);
        if (InstructionCheck.Problem(prepared.Body, function.Name, address) is { } problem)
            draft.Problem(problem);
        else if (module.LocationOf(address) is { } location)
            draft.Add(new NativeSite(location, ParametersAt(function, prepared, address)));
    }

    /// <summary>The debugging information of a function that starts at an address; null when there is none that tells parameters.</summary>
    public DwarfSubprogram? DebugOf(ulong address) =>
        module.Debug is { } debug && debug.Subprograms.TryFindAt(address, out var found) && found.Ranges.Any(r => r.Low == address) && !found.IsAssembler ? found : null;

    private Prepared? Prepare(NativeFunction function, ProbeDraft draft)
    {
        if (function.IsIndirect)
        {
            if (Implementation(function, draft) is not { } chosen)
                return null;
            function = chosen;
        }

        if (module.LocationOf(function.Address) is null)
        {
            draft.Problem($"{function.Name} is not in the file's code");
            return null;
        }

        var debug = DebugOf(function.Address);
        var body = FunctionCode.Find(module, function, debug);
        var address = EntrySite.Of(FunctionCode.Start(module, function.Address), body);
        if (module.LocationOf(address) is not { } location)
            return null;
        if (function.Aliases.Count > 0)
            draft.Note($"also called {string.Join(", ", function.Aliases.Take(4))}");
        return new Prepared(location, body, debug, debug is null ? FunctionParameters.OfRegisters() : AtEntry(function, debug, address));
    }

    private IReadOnlyList<BoundParameter> AtEntry(NativeFunction function, DwarfSubprogram debug, ulong address) =>
        FunctionParameters.AtEntry(debug, module.ContextAt(address, debug, isEntry: true), function.IsGlobal && !CloneName.IsSignatureChanged(function.Name));

    private IReadOnlyList<BoundParameter> ParametersAt(NativeFunction function, Prepared prepared, ulong address)
    {
        if (address == function.Address || address == prepared.Entry.ImageAddress)
            return prepared.Debug is null ? FunctionParameters.OfRegisters() : AtEntry(function, prepared.Debug, address);
        return prepared.Debug is null ? [] : FunctionParameters.Within(prepared.Debug, module.ContextAt(address, prepared.Debug, isEntry: false));
    }

    private NativeFunction? Implementation(NativeFunction function, ProbeDraft draft)
    {
        if (module.ImplementationOf(function.Address) is not { } address || !module.TryFindBounds(address, out _, out var end))
        {
            draft.Problem(IndirectProblem(function));
            return null;
        }

        var known = module.Symbols.TryFindContaining(address, out var symbol) && symbol.Address == address;
        var name = known ? symbol.Name : string.Create(CultureInfo.InvariantCulture, $"the one at 0x{address:x}");
        draft.Note($"an indirect function (IFUNC), of whose implementations this process has chosen {name}");
        return function with { Address = address, Size = known && symbol.Size > 0 ? symbol.Size : end - address, IsIndirect = false, Aliases = [] };
    }

    private string IndirectProblem(NativeFunction function)
    {
        var candidates = module.Symbols.Match($"*{function.Name.TrimStart('_')}*").Where(f => !f.IsIndirect && f.Address != function.Address).Select(f => f.Name).Take(3).ToArray();
        return $"{function.Name} is an indirect function (IFUNC): one of several implementations was chosen when the program was loaded"
            + (candidates.Length > 0 ? $"; ask for it by its own name, such as {string.Join(", ", candidates)}" : ", and their names are in no symbol table");
    }

    private FrameStore StoreOf(int values) => _stores.TryGetValue(values, out var store) ? store : _stores[values] = new FrameStore("native frames", values);

    private sealed record Prepared(CodeLocation Entry, FunctionBody? Body, DwarfSubprogram? Debug, IReadOnlyList<BoundParameter> Parameters);
}

using System.Globalization;
using Tracer.Core.Binding;
using Tracer.Core.Probes;
using Tracer.Elf.Dwarf;
using Tracer.Runtimes.Code;

namespace Tracer.Runtimes.Native;

/// <summary>Answers specs that name an address or a source line.</summary>
internal static class CodePlaces
{
    /// <summary>The probe at a link-time address.</summary>
    /// <param name="spec">What was asked for; a return is that of the function that begins there.</param>
    /// <param name="place">The address.</param>
    /// <param name="modules">The files that match.</param>
    /// <param name="hazard">Why a replaced return address may harm the process; null when it cannot.</param>
    public static ProbeResolution AtAddress(ProbeSpec spec, AddressPlace place, IReadOnlyList<NativeModule> modules, Lazy<string?> hazard)
    {
        var probes = new List<Probe>();
        string? problem = null;
        foreach (var module in modules)
        {
            var draft = ProbeNames.Draft(spec, module, place.ToString(), null);
            if ((spec.Native!.IsReturn ? Returns(module, place.Address, draft, hazard) : Site(module, place.Address, draft)) is { } reason)
                problem ??= reason;
            else
                probes.Add(draft.Finish());
        }

        return probes.Count > 0 ? ProbeResolution.Of(probes) : ProbeResolution.None($"'{spec.Text}' cannot be probed: {problem}.");
    }

    /// <summary>The probe at the statements of a line.</summary>
    public static ProbeResolution AtLine(ProbeSpec spec, LinePlace place, IReadOnlyList<NativeModule> modules)
    {
        var probes = new List<Probe>();
        foreach (var module in modules)
        {
            if (module.Debug is not { } debug)
                continue;
            var draft = ProbeNames.Draft(spec, module, place.ToString(), null);
            var found = false;
            foreach (var source in debug.Lines.FindAddresses(place.File, (uint)place.Line))
            {
                found = true;
                if (Site(module, source.Address, draft) is { } problem)
                    draft.Problem(problem);
                else if (source.Location.Line != place.Line)
                    draft.Note(string.Create(CultureInfo.InvariantCulture, $"line {place.Line} has no code: the next with code is {source.Location.Line}"));
            }

            if (found)
                probes.Add(draft.Finish());
        }

        if (probes.Count > 0)
            return ProbeResolution.Of(probes);
        return ProbeResolution.None(modules.All(m => m.Debug is null)
            ? $"There is no debugging information of {(modules.Count == 1 ? modules[0].Module.Name : $"files that match '{spec.Module}'")}, so that lines are unknown."
            : $"No code of {(modules.Count == 1 ? modules[0].Module.Name : $"files that match '{spec.Module}'")} comes from line {place.Line} of a file '{place.File}' or a later one.");
    }

    // Adds the site, or says in one clause why there is none.
    private static string? Site(NativeModule module, ulong address, ProbeDraft draft)
    {
        if (module.LocationOf(address) is not { } location)
            return string.Create(CultureInfo.InvariantCulture, $"{module.Module.Name} has no code at 0x{address:x}");
        var chain = module.Debug?.Lines.FunctionsAt(address) ?? [];
        var outer = chain.Count > 0 ? chain[^1] : null;
        if (Around(module, address, outer) is not { } function)
            return string.Create(CultureInfo.InvariantCulture, $"no function of {module.Module.Name} is known to contain 0x{address:x}, so that its instructions are unknown");
        var body = FunctionCode.Find(module, function, outer);
        if (InstructionCheck.Problem(body, function.Name, address) is { } problem)
            return problem;
        draft.Add(new NativeSite(location, Parameters(module, address, chain, function, body!)));
        return null;
    }

    private static string? Returns(NativeModule module, ulong address, ProbeDraft draft, Lazy<string?> hazard)
    {
        var sites = new FunctionSites(module, hazard);
        if (Around(module, address, sites.DebugOf(address)) is not { } function || function.Address != address)
            return string.Create(CultureInfo.InvariantCulture, $"no function of {module.Module.Name} is known to begin at 0x{address:x}, and only functions return");
        sites.AddReturns(function, draft);
        return null;
    }

    private static NativeFunction? Around(NativeModule module, ulong address, DwarfSubprogram? debug)
    {
        if (debug is not null)
            return new NativeFunction(debug.LinkageName ?? debug.Name ?? "?", debug.LowPc, debug.HighPc - debug.LowPc, debug.IsExternal);
        if (module.Symbols.TryFindContaining(address, out var function))
            return function;
        return module.TryFindBounds(address, out var start, out var end)
            ? new NativeFunction(string.Create(CultureInfo.InvariantCulture, $"0x{start:x}"), start, end - start, IsGlobal: false)
            : null;
    }

    private static IReadOnlyList<BoundParameter> Parameters(
        NativeModule module, ulong address, IReadOnlyList<DwarfSubprogram> chain, NativeFunction function, FunctionBody body)
    {
        if (chain.Count == 0)
            return address == function.Address ? FunctionParameters.OfRegisters() : [];
        var (inner, outer) = (chain[0], chain[^1]);
        var isEntry = chain.Count == 1 && (address == function.Address || address == EntrySite.Of(body.Blocks[0], body));
        var context = module.ContextAt(address, outer, isEntry);
        var parameters = isEntry ? FunctionParameters.AtEntry(inner, context, function.IsGlobal) : FunctionParameters.Within(inner, context);
        return [.. parameters, .. FunctionParameters.Locals(inner, context).Where(l => parameters.All(p => p.Parameter.Name != l.Parameter.Name))];
    }
}

using System.Globalization;
using Tracer.Core.Probes;

namespace Tracer.Runtimes.Native;

/// <summary>Answers a spec that names functions: finds them in symbol tables and debugging information and makes a probe of each name.</summary>
internal sealed class FunctionSearch(ProbeSpec spec, FunctionPlace place, int maximum, Lazy<string?> hazard)
{
    private const int MostSuggestions = 3;

    private readonly Dictionary<(NativeModule, string), ProbeDraft> _drafts = [];
    private readonly List<ProbeDraft> _order = [];

    public ProbeResolution Run(IReadOnlyList<NativeModule> modules)
    {
        var found = modules.Select(m => (Module: m, Functions: Find(m))).ToArray();
        var count = found.Sum(f => f.Functions.Count);
        if (count > maximum)
        {
            return ProbeResolution.None(string.Create(CultureInfo.InvariantCulture,
                $"'{spec.Text}' matches {count} functions, and at most {maximum} are armed at once; make the pattern narrower."));
        }

        foreach (var (module, functions) in found)
            Add(module, functions);
        var probes = _order.Select(d => d.Finish()).Where(p => p.Sites.Count > 0 || p.DormantReason is not null).ToArray();
        return probes.Length > 0 ? ProbeResolution.Of(probes) : Nothing(modules);
    }

    private IReadOnlyList<NativeFunction> Find(NativeModule module)
    {
        if (place.IsGlob)
            return module.Symbols.Match(place.Function);
        var functions = module.Symbols.Find(place.Function);
        if (functions.Count > 0 || module.Debug is not { } debug)
            return functions;
        // Only the debugging information knows source names of C++, and functions whose symbols are lost.
        return [.. debug.Subprograms.Find(place.Function).Where(f => f.LowPc != 0)
            .Select(f => new NativeFunction(f.LinkageName ?? f.Name ?? place.Function, f.LowPc, f.HighPc - f.LowPc, f.IsExternal))];
    }

    private void Add(NativeModule module, IReadOnlyList<NativeFunction> functions)
    {
        var sites = new FunctionSites(module, hazard);
        foreach (var function in functions)
        {
            var draft = DraftOf(module, NameOf(function));
            if (place.Offset != 0)
                sites.AddOffset(function, place.Offset, draft);
            else if (spec.Native!.IsReturn)
                sites.AddReturns(function, draft);
            else
                sites.AddEntry(function, draft);
        }

        if (place.Offset != 0)
            return;
        if (!place.IsGlob)
            AddInlined(module, sites, place.Function);
        else
            AddInlined(module, sites, functions);
    }

    private void AddInlined(NativeModule module, FunctionSites sites, string name)
    {
        var draft = _drafts.TryGetValue((module, name), out var known) ? known : ProbeNames.Draft(spec, module, name, name);
        if (sites.AddInlined(name, draft, spec.Native!.IsReturn) > 0 && known is null)
            Keep(module, name, draft);
    }

    // Functions that match a glob and have code of their own; each search walks the debugging information, so only a few are looked for.
    private void AddInlined(NativeModule module, FunctionSites sites, IReadOnlyList<NativeFunction> functions)
    {
        const int Most = 20;
        if (functions.Count > Most)
            return;
        foreach (var name in functions.Select(NameOf).Distinct())
            AddInlined(module, sites, name);
    }

    // Overloads and templates of C++ keep their mangled names, which alone tell them apart.
    private string NameOf(NativeFunction function)
    {
        var name = CloneName.Base(function.Name);
        return !place.IsGlob && function.Aliases.Contains(place.Function) ? place.Function : name;
    }

    private ProbeDraft DraftOf(NativeModule module, string name)
    {
        if (_drafts.TryGetValue((module, name), out var draft))
            return draft;
        draft = ProbeNames.Draft(spec, module, place.Offset == 0 ? name : $"{name}+0x{place.Offset:x}", name);
        Keep(module, name, draft);
        return draft;
    }

    private void Keep(NativeModule module, string name, ProbeDraft draft)
    {
        _drafts.Add((module, name), draft);
        _order.Add(draft);
    }

    private ProbeResolution Nothing(IReadOnlyList<NativeModule> modules)
    {
        var where = modules.Count == 1 ? modules[0].Module.Name : string.Create(CultureInfo.InvariantCulture, $"the {modules.Count} files that match '{spec.Module}'");
        if (modules.All(m => m.Symbols.IsEmpty))
            return ProbeResolution.None($"There is no symbol table in {where} and no separate debug file, so that functions have no names; addresses can be probed.");
        var near = modules.SelectMany(m => m.Symbols.Nearest(place.Function, MostSuggestions).Select(n => (Module: m, n.Name, n.Distance)))
            .OrderBy(n => n.Distance).ThenBy(n => n.Name, StringComparer.Ordinal).Take(MostSuggestions)
            .Select(n => ProbeNames.Draft(spec, n.Module, n.Name, n.Name).Finish().FullName);
        return ProbeResolution.None($"No function of {where} {(place.IsGlob ? "matches" : "is called")} '{place.Function}'.", [.. near]);
    }
}

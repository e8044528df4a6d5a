using Tracer.Core.Expressions;
using Tracer.Core.Probes;
using Tracer.Core.Targets;
using Tracer.Elf.Dwarf;

namespace Tracer.Runtimes.Native;

/// <summary>Collects the sites of one probe (copies of a function, inlined instances) and what there is to say of them.</summary>
/// <param name="provider">The probe's provider.</param>
/// <param name="name">Its name.</param>
/// <param name="module">Its module.</param>
/// <param name="function">The function's name, null when there is none.</param>
/// <param name="types">The types of the module's debugging information.</param>
internal sealed class ProbeDraft(string provider, string name, TargetModule module, string? function, DwarfTypes? types)
{
    private readonly List<NativeSite> _sites = [];
    private readonly List<NativeSite> _calls = [];
    private readonly List<string> _caveats = [];
    private readonly List<string> _notes = [];
    private readonly List<string> _problems = [];

    /// <summary>Adds a site.</summary>
    public void Add(NativeSite site) => _sites.Add(site);

    /// <summary>Adds a function whose calls can be followed instead of its exits.</summary>
    /// <param name="call">Its entry.</param>
    /// <param name="caveat">Why that may do harm or tell something else; null when it does not.</param>
    public void AddCall(NativeSite call, string? caveat)
    {
        _calls.Add(call);
        if (caveat is not null)
            AddOnce(_caveats, caveat);
    }

    /// <summary>Adds something to say about the sites, once.</summary>
    public void Note(string note) => AddOnce(_notes, note);

    /// <summary>Adds a reason why a site there could have been is missing, once.</summary>
    public void Problem(string problem) => AddOnce(_problems, problem);

    /// <summary>The probe: its parameters are those of all sites, by name; what a site does not have is unavailable there.</summary>
    public Probe Finish()
    {
        var parameters = new List<ProbeParameter>();
        foreach (var bound in _sites.SelectMany(s => s.Parameters))
        {
            if (!parameters.Exists(p => p.Name == bound.Parameter.Name))
                parameters.Add(bound.Parameter);
        }

        var sites = Made(_sites);
        // A copy that cannot be observed makes counts wrong, but the others are better than none when this is said.
        var missing = _problems.Count > 0 ? string.Join("; ", _problems) : null;
        return new Probe(provider, name, module, ProbeSource.Native, parameters, sites)
        {
            Function = function,
            DebugTypes = types,
            Companions = [.. _sites.Select(s => s.Companion).OfType<CompanionSite>().Distinct()],
            Calls = Made(_calls),
            CallCaveat = _caveats.Count > 0 ? string.Join("; ", _caveats) : null,
            DormantReason = sites.Length == 0 ? missing : null,
            Note = string.Join("; ", sites.Length > 0 && missing is not null ? [.. _notes, "not everywhere: " + missing] : _notes) is { Length: > 0 } note ? note : null,
        };

        ProbeSite[] Made(List<NativeSite> drafts) =>
        [
            .. drafts.Select(s => new ProbeSite(s.Location, new ExpressionList([.. parameters.Select(p => ValueAt(s, p))])) { Guard = s.Guard, Restore = s.Restore, Call = s.Call }),
        ];
    }

    private static Expression ValueAt(NativeSite site, ProbeParameter parameter) =>
        site.Parameters.FirstOrDefault(b => b.Parameter.Name == parameter.Name) is { } bound
            ? ProbeSpec.Retype(bound.Value, parameter.Type)
            : new UnavailableExpression(parameter.Type, "not known at this site");

    private static void AddOnce(List<string> list, string text)
    {
        if (!list.Contains(text))
            list.Add(text);
    }
}

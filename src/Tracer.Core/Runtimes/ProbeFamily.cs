using Tracer.Core.Probes;

namespace Tracer.Core.Runtimes;

/// <summary>Probes that are found together, in the same code, and only when one of them is asked for. Not safe for concurrent use.</summary>
/// <param name="provider">Their provider.</param>
/// <param name="names">Their names, known before they are found.</param>
/// <param name="find">Finds them, those that are not possible as dormant; called once.</param>
public sealed class ProbeFamily(string provider, IReadOnlyList<string> names, Func<IReadOnlyList<Probe>> find)
{
    private IReadOnlyList<Probe>? _probes;

    /// <summary>Probes that are there already.</summary>
    public ProbeFamily(Probe probe)
        : this((probe ?? throw new ArgumentNullException(nameof(probe))).Provider, [probe.Name], () => [probe])
    {
    }

    /// <summary>Their provider.</summary>
    public string Provider => provider;

    /// <summary>Their names.</summary>
    public IReadOnlyList<string> Names => names;

    /// <summary>The probes, found at the first call.</summary>
    public IReadOnlyList<Probe> Probes => _probes ??= find();
}

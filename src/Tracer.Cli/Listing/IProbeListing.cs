using Tracer.Core.Probes;

namespace Tracer.Cli.Listing;

/// <summary>How <c>list</c> shows probes.</summary>
internal interface IProbeListing
{
    /// <summary>All probes of one target.</summary>
    void Show(IReadOnlyList<string> runtimes, IReadOnlyList<Probe> probes);

    /// <summary>One process of a survey of all.</summary>
    void ShowProcess(int pid, string comm, IReadOnlyList<string> runtimes, IReadOnlyList<Probe> probes);
}

using Tracer.Core.Probes;
using Tracer.Output.Text;

namespace Tracer.Cli.Listing;

/// <summary>Names only, for completion scripts.</summary>
internal sealed class NameListing(TextWriter output) : IProbeListing
{
    public void Show(IReadOnlyList<string> runtimes, IReadOnlyList<Probe> probes)
    {
        foreach (var name in probes.Select(p => p.FullName).Distinct())
            output.WriteLine(TextEscaper.Escape(name));
    }

    public void ShowProcess(int pid, string comm, IReadOnlyList<string> runtimes, IReadOnlyList<Probe> probes) => output.WriteLine(pid);
}

using Tracer.Core.Probes;

namespace Tracer.Cli.Listing;

/// <summary>A table a module: signature, source, state and number of sites; then why a probe is dormant or how it is made to fire.</summary>
internal sealed class TextListing(TextWriter output) : IProbeListing
{
    public void Show(IReadOnlyList<string> runtimes, IReadOnlyList<Probe> probes)
    {
        foreach (var runtime in runtimes)
            output.WriteLine(runtime);
        foreach (var module in probes.GroupBy(p => p.Module))
        {
            output.WriteLine(module.Key.Path);
            var width = Math.Min(100, module.Max(p => p.ToString().Length));
            foreach (var probe in module)
            {
                var state = probe.DormantReason is null ? "ready" : "dormant";
                var sites = probe.Sites.Count == 1 ? "1 site" : $"{probe.Sites.Count} sites";
                output.WriteLine($"  {probe.ToString().PadRight(width)}  {SourceName(probe),-11}  {state,-7}  {sites}");
                if ((probe.DormantReason ?? probe.Note) is { } note)
                    output.WriteLine($"      {note}");
            }
        }
    }

    public void ShowProcess(int pid, string comm, IReadOnlyList<string> runtimes, IReadOnlyList<Probe> probes) =>
        output.WriteLine($"{pid,8}  {comm,-16}  {string.Join(", ", probes.GroupBy(p => p.Provider).Select(g => $"{g.Key} ({g.Count()})"))}");

    internal static string SourceName(Probe probe) => probe.Source == ProbeSource.Usdt ? "usdt" : "synthesised";
}

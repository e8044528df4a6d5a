using Tracer.Core.Probes;
using Tracer.Output.Text;

namespace Tracer.Cli.Listing;

/// <summary>A table a module: signature, source, state and number of sites; then why a probe is dormant or how it is made to fire.</summary>
internal sealed class TextListing(TextWriter output) : IProbeListing
{
    public void Show(IReadOnlyList<string> runtimes, IReadOnlyList<Probe> probes)
    {
        foreach (var runtime in runtimes)
            Line(runtime);
        foreach (var module in probes.GroupBy(p => p.Module))
        {
            Line(module.Key.Path);
            var width = Math.Min(100, module.Max(p => p.ToString().Length));
            foreach (var probe in module)
            {
                var state = probe.DormantReason is null ? "ready" : "dormant";
                var sites = probe.Sites.Count == 1 ? "1 site" : $"{probe.Sites.Count} sites";
                Line($"  {probe.ToString().PadRight(width)}  {SourceName(probe),-11}  {state,-7}  {sites}");
                if ((probe.DormantReason ?? probe.Note) is { } note)
                    Line($"      {note}");
                if (probe.Replaced.Count > 0)
                    Line($"      in place of the file's own at {string.Join(", ", probe.Replaced.Select(s => $"0x{s.Location.ImageAddress:x}"))}");
                if (probe.Parameters.Any(p => p.IsOnRequest))
                    Line($"      for expressions and --print also {string.Join(", ", probe.Parameters.Where(p => p.IsOnRequest))}");
            }
        }
    }

    public void ShowProcess(int pid, string comm, IReadOnlyList<string> runtimes, IReadOnlyList<Probe> probes) =>
        Line($"{pid,8}  {comm,-16}  {string.Join(", ", probes.GroupBy(p => p.Provider).Select(g => $"{g.Key} ({g.Count()})"))}");

    // Names and paths are the target's, and no terminal shall obey them.
    private void Line(string text) => output.WriteLine(TextEscaper.Escape(text));

    internal static string SourceName(Probe probe) => probe.Source switch { ProbeSource.Usdt => "usdt", ProbeSource.Native => "native", _ => "synthesised" };
}

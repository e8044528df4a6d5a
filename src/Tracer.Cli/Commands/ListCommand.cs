using System.CommandLine;
using Tracer.Cli.Listing;
using Tracer.Cli.Tracing;
using Tracer.Core.Diagnostics;
using Tracer.Core.Probes;
using Tracer.Core.Probes.Declarations;
using Tracer.Core.Targets;
using Tracer.Linux;
using Tracer.Output.Text;

namespace Tracer.Cli.Commands;

/// <summary><c>sharptrace list [PID | PATH] [PATTERN]</c></summary>
internal static class ListCommand
{
    // A list is read or searched, not armed: all of libc fits many times.
    private const int MostFunctions = 100_000;

    public static Command Create()
    {
        var target = new Argument<string?>("PID|PATH") { Description = "A process or an ELF file; all processes when left out.", Arity = ArgumentArity.ZeroOrOne };
        var pattern = new Argument<string?>("PATTERN") { Description = "provider:probe with * and ?, or functions as uprobe:libc:mem*.", Arity = ArgumentArity.ZeroOrOne };
        var json = new Option<bool>("--json") { Description = "One JSON record a line." };
        var names = new Option<bool>("--names") { Description = "Only the names, one a line.", Hidden = true };
        var providers = ProviderFiles.Option();
        var command = new Command("list", "Shows the probes of a process or file: parameters, source and state.") { target, pattern, json, names, providers };
        command.SetAction(result =>
        {
            var spec = ParsePattern(result.GetValue(pattern));
            IProbeListing listing = result.GetValue(names) ? new NameListing(Console.Out) : result.GetValue(json) ? new JsonListing(Console.OpenStandardOutput()) : new TextListing(Console.Out);
            return (int)List(result.GetValue(target), spec, listing, ProviderFiles.Read(result.GetValue(providers)));
        });
        return command;
    }

    private static ProbeSpec? ParsePattern(string? text)
    {
        if (text is null)
            return null;
        // A bare provider is the commonest thing to ask a list for.
        var full = text.Contains(':', StringComparison.Ordinal) ? text : text + ":*";
        return ProbeSpec.TryParse(full, out var spec, out var error)
            ? spec
            : throw new TracerException("ST0201", FailureKind.Usage, error);
    }

    private static ExitCode List(string? target, ProbeSpec? spec, IProbeListing listing, ProviderDeclarations? declarations)
    {
        var gate = LinuxSystemCalls.Instance;
        var opener = new TargetOpener(gate);
        if (target is null)
            return ListProcesses(gate, opener, spec, listing, declarations);
        if (NamespacedProcesses.TryParse(target, out _, out _) && !File.Exists(target))
        {
            var pid = ProcessArgument.Resolve(target);
            if (LeftBehind.GiveBack(gate, pid) is { } taken)
                Console.Error.WriteLine($"sharptrace: {TextEscaper.Escape(taken)}");
            using var process = opener.Open(pid);
            foreach (var unopened in process.Unopened)
                Console.Error.WriteLine($"sharptrace: {TextEscaper.Escape(unopened.ToString())}: nothing of it is listed.");
            return spec?.Native is null
                ? Show(ProbeCatalog.Load(process.Modules, BuiltIn.Runtimes, declarations), spec, listing, target)
                : ShowNative(BuiltIn.Providers(gate, process, MostFunctions), spec, listing, $"process {target}");
        }

        var module = opener.OpenFile(target, out var file);
        using (file)
        {
            return spec?.Native is null
                ? Show(ProbeCatalog.Load([module], BuiltIn.Runtimes, declarations), spec, listing, target)
                : ShowNative(BuiltIn.Providers(gate, module, MostFunctions), spec, listing, target);
        }
    }

    // Functions are found when they are asked for: there are tens of thousands in a process.
    private static ExitCode ShowNative(IReadOnlyList<IProbeProvider> providers, ProbeSpec spec, IProbeListing listing, string target)
    {
        try
        {
            listing.Show([], [.. providers.Where(p => p.Handles(spec)).SelectMany(p => p.Resolve(spec).OrThrow(spec, target))]);
            return ExitCode.Ok;
        }
        finally
        {
            foreach (var provider in providers)
                provider.Dispose();
        }
    }

    private static ExitCode Show(ProbeCatalog catalog, ProbeSpec? spec, IProbeListing listing, string target)
    {
        foreach (var warning in catalog.Warnings)
            Console.Error.WriteLine($"sharptrace: {TextEscaper.Escape(warning)}");
        var probes = spec is null ? catalog.Probes : catalog.Match(spec);
        if (spec is not null && probes.Count == 0)
        {
            var near = catalog.Suggest(spec);
            throw new TracerException("ST0202", FailureKind.NotFound, $"No probe of {target} matches '{spec.Text}'.", null,
                near.Count > 0 ? $"Did you mean {string.Join(" or ", near)}?" : null);
        }

        listing.Show(catalog.Runtimes, probes);
        if (probes.Count == 0)
            Console.Error.WriteLine($"{target} has no probe notes and no runtime that sharptrace knows.");
        return ExitCode.Ok;
    }

    private static ExitCode ListProcesses(ISystemCallGate gate, TargetOpener opener, ProbeSpec? spec, IProbeListing listing, ProviderDeclarations? declarations)
    {
        var proc = new ProcFs(gate);
        foreach (var pid in Directory.EnumerateDirectories("/proc").Select(d => Path.GetFileName(d)).Where(n => int.TryParse(n, out _)).Select(int.Parse).Order())
        {
            if (pid == Environment.ProcessId)
                continue;
            try
            {
                using var process = opener.Open(pid);
                var catalog = ProbeCatalog.Load(process.Modules, BuiltIn.Runtimes, declarations);
                var probes = spec is null ? catalog.Probes : catalog.Match(spec);
                if (probes.Count > 0)
                    listing.ShowProcess(pid, proc.Comm(pid).TryGet(out var comm) ? comm : "?", catalog.Runtimes, probes);
            }
            catch (TracerException)
            {
                // Gone, a kernel thread, or not ours to look at: a survey goes on to the next.
            }
        }

        return ExitCode.Ok;
    }
}

using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Tracer.Core.Probes.Declarations;

/// <summary>
/// What providers say of their probes' arguments, in the language of provider definitions that projects ship for <c>dtrace -h</c>: <c>provider p { probe start(char *name, int fd); };</c>.
/// </summary>
public sealed class ProviderDeclarations
{
    private const string Folder = "providers/";
    private const string Extension = ".d";
    private static readonly ConcurrentDictionary<string, ProviderDeclarations?> Known = new(StringComparer.Ordinal);

    private readonly Dictionary<(string Provider, string Probe), IReadOnlyList<DeclaredParameter>> _probes;

    private ProviderDeclarations(Dictionary<(string Provider, string Probe), IReadOnlyList<DeclaredParameter>> probes) => _probes = probes;

    /// <summary>All that sharptrace brings: of PostgreSQL and libstdc++.</summary>
    public static ProviderDeclarations BuiltIn => Assembly.GetExecutingAssembly().GetManifestResourceNames().Where(n => n.StartsWith(Folder, StringComparison.Ordinal))
        .Select(n => Of(n[Folder.Length..^Extension.Length])!).Aggregate((all, one) => all.Over(one));

    /// <summary>How many probes are declared.</summary>
    public int Count => _probes.Count;

    /// <summary>What sharptrace brings of one provider, read when it is first asked for; null when it is nothing.</summary>
    public static ProviderDeclarations? Of(string provider) => Known.GetOrAdd(provider, Read);

    /// <summary>Reads a definition.</summary>
    /// <param name="text">The text: a file of a project, or one of the user's.</param>
    /// <param name="declarations">What it declares.</param>
    /// <param name="error">What is wrong, one sentence with the line; null when nothing is.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out ProviderDeclarations? declarations, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parser = new DeclarationParser(text);
        declarations = parser.TryParse(out var probes, out error) ? new ProviderDeclarations(probes) : null;
        return declarations is not null;
    }

    /// <summary>These, and those of <paramref name="others"/> that are not among them.</summary>
    public ProviderDeclarations Over(ProviderDeclarations others)
    {
        ArgumentNullException.ThrowIfNull(others);
        var all = new Dictionary<(string, string), IReadOnlyList<DeclaredParameter>>(others._probes);
        foreach (var (name, parameters) in _probes)
            all[name] = parameters;
        return new ProviderDeclarations(all);
    }

    /// <summary>A note's probe with the names and types declared for it; the probe itself when none are.</summary>
    public Probe Apply(Probe probe)
    {
        ArgumentNullException.ThrowIfNull(probe);
        if (!_probes.TryGetValue((probe.Provider, probe.Name), out var declared))
            return probe;
        return DeclaredParameters.Apply(probe, [.. probe.Parameters.Take(declared.Count).Select((p, k) => new ProbeParameter(declared[k].Name ?? p.Name, declared[k].Type ?? p.Type))]);
    }

    private static ProviderDeclarations? Read(string provider)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(Folder + provider + Extension);
        if (stream is null)
            return null;
        using var reader = new StreamReader(stream);
        return TryParse(reader.ReadToEnd(), out var declarations, out var error) ? declarations : throw new InvalidOperationException($"{provider}: {error}");
    }
}

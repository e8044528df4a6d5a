using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.IO.Enumeration;
using Tracer.Core.Expressions;

namespace Tracer.Core.Probes;

/// <summary>
/// What a user asks for: <c>provider:probe</c> with the globs <c>*</c> and <c>?</c>, or DTrace's <c>provider:module:function:name</c> where module and function
/// may be empty, a hyphen in the name stands for two underscores and a provider may end in a pid; or a place in native code in one of the spellings of
/// <see cref="NativeProbeSpec"/>: <c>uprobe:libc:malloc</c>, <c>pid:libc:malloc:entry</c>; or a line of interpreted code: <c>python:app.py:12</c>. Types of arguments may be given in parentheses:
/// <c>app:request(string, int32)</c>.
/// </summary>
/// <param name="Provider">Glob of the provider.</param>
/// <param name="Module">Glob of the module's file name; <c>*</c> when none was given.</param>
/// <param name="Name">Glob of the probe's name in USDT spelling.</param>
/// <param name="Types">Types by position, null where the probe's own is kept; empty when none were given.</param>
/// <param name="Text">What the user wrote.</param>
public sealed record ProbeSpec(string Provider, string Module, string Name, IReadOnlyList<ExpressionType?> Types, string Text)
{
    /// <summary>The place in native code that is asked for; null for probes of notes and runtimes.</summary>
    public NativeProbeSpec? Native { get; init; }

    /// <summary>The line of interpreted code that is asked for; null for other probes.</summary>
    public LinePlace? Line { get; init; }

    /// <summary>Parses what a user wrote; on failure <paramref name="error"/> is one sentence.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ProbeSpec? spec, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        spec = null;
        var name = text.Trim();
        IReadOnlyList<ExpressionType?> types = [];
        var open = name.IndexOf('(', StringComparison.Ordinal);
        if (open >= 0)
        {
            if (!name.EndsWith(')'))
            {
                error = $"'{text}' opens a parenthesis and does not close it.";
                return false;
            }

            if (!TryParseTypes(name[(open + 1)..^1], out types, out error))
                return false;
            name = name[..open];
        }

        var colon = name.IndexOf(':', StringComparison.Ordinal);
        if (colon > 0 && NativeProvider(name[..colon]) is { } code)
        {
            if (!NativeProbeSyntax.TryParse(code, name[(colon + 1)..], text, out var native, out var file, out error))
                return false;
            spec = new ProbeSpec(code, file, native.Place.ToString()!, types, text) { Native = native };
            return true;
        }

        var parts = name.Split(':');
        if (parts is [{ Length: > 0 } language, { Length: > 0 } source, var number] && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var line) && line > 0)
        {
            spec = new ProbeSpec(language, "*", "line", types, text) { Line = new LinePlace(source, line) };
            error = null;
            return true;
        }

        if (parts.Length is not (2 or 4))
        {
            error = $"'{text}' is not of the form provider:probe, provider:module:function:name or provider:FILE:LINE.";
            return false;
        }

        var provider = parts.Length == 4 ? TrimPid(parts[0]) : parts[0];
        var probe = parts[^1].Replace("-", "__", StringComparison.Ordinal);
        if (provider.Length == 0 && parts.Length == 4)
            provider = "*";
        if (probe.Length == 0 && parts.Length == 4)
            probe = "*";
        if (provider.Length == 0 || probe.Length == 0)
        {
            error = $"'{text}' lacks a {(provider.Length == 0 ? "provider" : "probe name")}.";
            return false;
        }

        if (parts.Length == 4 && parts[2].Length > 0)
        {
            error = $"'{text}' names a function, which probes of notes and runtimes are not known by; leave it empty, or write pid:MODULE:function:entry.";
            return false;
        }

        var module = parts.Length == 4 && parts[1].Length > 0 ? parts[1] : "*";
        spec = new ProbeSpec(provider, module, probe, types, text);
        error = null;
        return true;
    }

    /// <summary>Whether a probe of a note or runtime is asked for.</summary>
    public bool Matches(Probe probe)
    {
        ArgumentNullException.ThrowIfNull(probe);
        return Matches(probe.Provider, probe.Name, probe.Module.Name);
    }

    /// <summary>Whether a probe of a note or runtime, of that provider, name and module file name, is asked for.</summary>
    public bool Matches(string provider, string name, string module) => Native is null && Line is null && Glob(Provider, provider) && Glob(Name, name) && Glob(Module, module);

    /// <summary>The probe with the types that this request gives to its arguments.</summary>
    public Probe Apply(Probe probe)
    {
        ArgumentNullException.ThrowIfNull(probe);
        if (Types.All(t => t is null))
            return probe;
        var parameters = probe.Parameters.Select((p, k) => TypeAt(k) is { } type ? p with { Type = type } : p).ToArray();
        return probe with { Parameters = parameters, Sites = Typed(probe.Sites), Calls = Typed(probe.Calls) };

        IReadOnlyList<ProbeSite> Typed(IReadOnlyList<ProbeSite> sites) => [.. sites.Select(s => s with
        {
            Arguments = new ExpressionList([.. s.Arguments.Select((a, k) => TypeAt(k) is { } type ? Retype(a, type) : a)]),
        })];
    }

    /// <summary>The type of that name: <c>string</c>, <c>ptr</c>, <c>int8</c> ... <c>uint64</c>, <c>float</c>, <c>double</c>; null when there is none.</summary>
    public static ExpressionType? TypeNamed(string name) => name switch
    {
        "string" or "char*" => TextType.Instance,
        "ptr" or "uint64" => IntegerType.UInt64,
        "uint32" => IntegerType.UInt32,
        "uint16" => IntegerType.UInt16,
        "uint8" => IntegerType.UInt8,
        "int64" => IntegerType.Int64,
        "int32" or "int" => IntegerType.Int32,
        "int16" => IntegerType.Int16,
        "int8" => IntegerType.Int8,
        "float" => FloatType.Single,
        "double" => FloatType.Double,
        _ => null,
    };

    /// <summary>An argument as another type: integers are converted, an address becomes the text it points to, bits become a float.</summary>
    public static Expression Retype(Expression argument, ExpressionType type) => (argument, type) switch
    {
        (UnavailableExpression u, _) => u with { Wanted = type },
        _ when argument.Type == type => argument,
        (_, IntegerType integer) when argument.Type is IntegerType => Build.Convert(argument, integer),
        (FloatExpression f, IntegerType integer) => Build.Convert(f.Bits, integer),
        (_, TextType) when argument.Type is IntegerType => Build.CString(Build.ToUInt64(argument)),
        (_, FloatType format) when argument.Type is IntegerType => new FloatExpression(argument, format),
        _ => new UnavailableExpression(type, $"a {argument.Type} cannot be shown as {type}"),
    };

    private static bool TryParseTypes(string text, out IReadOnlyList<ExpressionType?> types, [NotNullWhen(false)] out string? error)
    {
        var list = new List<ExpressionType?>();
        types = list;
        error = null;
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            var type = part is "_" or "" ? null : TypeNamed(part);
            if (type is null && part is not ("_" or ""))
            {
                error = $"'{part}' is not a type; types are string, ptr, int8 to int64, uint8 to uint64, float, double, and _ to keep the probe's own.";
                return false;
            }

            list.Add(type);
        }

        return true;
    }

    // DTrace writes the process into the provider: python1234:::function-entry, python$target:::function-entry.
    private static string TrimPid(string provider) =>
        provider.EndsWith("$target", StringComparison.Ordinal) ? provider[..^7] : provider.TrimEnd("0123456789".ToCharArray()) is { Length: > 0 } bare ? bare : provider;

    private static string? NativeProvider(string provider) => provider switch
    {
        "uprobe" or "uretprobe" => provider,
        _ when TrimPid(provider) == "pid" => "pid",
        _ => null,
    };

    private static bool Glob(string pattern, string text) => FileSystemName.MatchesSimpleExpression(pattern, text, ignoreCase: false);

    private ExpressionType? TypeAt(int index) => index < Types.Count ? Types[index] : null;
}

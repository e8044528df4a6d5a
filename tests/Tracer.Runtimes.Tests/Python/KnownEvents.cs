using System.Globalization;
using System.Text.Json;
using Tracer.Core.Backends;
using Tracer.Core.Evaluation;
using Tracer.Core.Events;
using Tracer.Core.Expressions;
using Tracer.Core.Pictures;
using Tracer.Core.Records;

namespace Tracer.Runtimes.Tests.Python;

/// <summary>Counts the events of native-tests/python/known.py's functions, by module of the interpreter and file, and keeps the arguments of its <c>leaf</c>.</summary>
internal sealed class KnownEvents(PictureReaders readers) : IEventSink
{
    /// <summary>The probes, in the order in which the program counts.</summary>
    public static readonly string[] Probes = ["function__entry", "function__return", "generator__resume", "generator__yield"];

    private static readonly string[] Functions = ["deep", "fails", "leaf", "run", "values"];

    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, int[]> _counts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _arguments = [];

    /// <summary>How many exceptions were raised in each file.</summary>
    public SortedDictionary<string, int> Raised { get; } = new(StringComparer.Ordinal);

    /// <summary>Values that were not whole.</summary>
    public List<string> Problems { get; } = [];

    /// <summary>Lines of module, file, function and the four counts.</summary>
    public IReadOnlyList<string> Lines => [.. _counts.Select(c => $"{c.Key} {string.Join(' ', c.Value)}")];

    /// <summary>The arguments of the calls of <c>leaf</c> in a file, in order.</summary>
    public IReadOnlyList<string> ArgumentsIn(string file) => _arguments[file];

    /// <summary>Lines like <see cref="Lines"/> of what the program says.</summary>
    public static IEnumerable<string> Said(string json, Func<string, string> moduleOf)
    {
        using var document = JsonDocument.Parse(json);
        return
        [
            .. document.RootElement.EnumerateArray().Select(f => f.EnumerateArray().Select(v => v.ToString()).ToArray())
                .Select(f => $"{moduleOf(f[0])} {string.Join(' ', f)}").Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>The arguments of <c>leaf</c> in run(<paramref name="rounds"/>).</summary>
    public static IEnumerable<string> ArgumentsOf(int rounds) => Enumerable.Range(0, rounds).SelectMany(k => new[]
    {
        Leaf(k, "t", string.Create(CultureInfo.InvariantCulture, $"'more': {k}")), Leaf(0, "from values"), Leaf(1, "from values"), Leaf(2, "from values"), Leaf(0), Leaf(1), Leaf(2), Leaf(3),
    });

    public void OnEvent(in EventRecord record)
    {
        var texts = new Dictionary<string, string>();
        lock (_lock)
        {
            foreach (var value in record)
            {
                if (value.Status != EvaluationStatus.Ok)
                    Problems.Add($"{record.Emission.ProbeName} {value.Planned.Name} {value.Status}");
                else if (value.Planned.Expression.Type is TextType)
                    texts[value.Planned.Name] = TextDecoder.Decode(value.TextBytes, value.Charset, truncated: false);
                else if (value.Planned.Expression.Type is PictureType && texts["funcname"] == "leaf")
                    Add(texts["filename"], readers.Read(value));
            }

            // Other programs of Python have functions of these names too, and files like <frozen runpy>.
            if (!texts["filename"].StartsWith('<') || texts["filename"].StartsWith("<frozen", StringComparison.Ordinal))
                return;
            if (!texts.TryGetValue("funcname", out var function))
                Raised[texts["filename"]] = Raised.GetValueOrDefault(texts["filename"]) + 1;
            if (!Functions.Contains(function))
                return;
            var key = $"{record.Emission.Probe.Module.Name} {texts["filename"]} {function}";
            if (!_counts.TryGetValue(key, out var counts))
                _counts[key] = counts = new int[Probes.Length];
            counts[Array.IndexOf(Probes, record.Emission.Probe.Name)]++;
        }
    }

    public void OnBatchEnd()
    {
    }

    private static string Leaf(int number, string text = "t", string more = "") => string.Create(CultureInfo.InvariantCulture, $"number={number}, text='{text}', rest=(), more={{{more}}}");

    private void Add(string file, PictureContent content)
    {
        if (!_arguments.TryGetValue(file, out var calls))
            _arguments[file] = calls = [];
        calls.Add(string.Join(", ", content.Items.Select(i => $"{i.Name}={i.Value}")));
    }
}

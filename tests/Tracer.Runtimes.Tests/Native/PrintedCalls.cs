namespace Tracer.Runtimes.Tests.Native;

/// <summary>The calls and returns that a fixture printed.</summary>
internal sealed class PrintedCalls
{
    private readonly Dictionary<(string Kind, string Function), List<Dictionary<string, string>>> _lines = [];

    public PrintedCalls(IEnumerable<string> lines)
    {
        foreach (var fields in lines.Select(l => l.Split('\t')))
        {
            var key = (fields[0], fields[1]);
            (_lines.TryGetValue(key, out var list) ? list : _lines[key] = []).Add(
                fields.Skip(2).Select(f => f.Split('=', 2)).ToDictionary(f => f[0], f => TracedValue.Normalise(f[1])));
        }
    }

    public IEnumerable<string> Functions => _lines.Keys.Select(k => k.Function).Distinct();

    public IReadOnlyList<Dictionary<string, string>> Of(string kind, string function) => _lines.TryGetValue((kind, function), out var list) ? list : [];
}

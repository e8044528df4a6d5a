using Tracer.Core.Probes;

namespace Tracer.D.Binding;

/// <summary>What to say to a name that nothing has: the names there are, and the nearest one.</summary>
internal static class NameHints
{
    private const int MostShown = 12;

    /// <summary>The hint for a name that a scope lacks.</summary>
    public static string For(Scope scope, string name)
    {
        var near = Nearest(name, scope.OwnNames.Concat(scope.OtherNames));
        var has = scope.OwnNames.Count == 0 ? "it has no parameters" : $"it has {List(scope.OwnNames)}";
        return near is null ? $"{has}, and there are values such as pid, tid, execname, timestamp" : $"{has}; did you mean {near}?";
    }

    /// <summary>The names with commas between them, the first dozen.</summary>
    public static string List(IReadOnlyList<string> names) =>
        string.Join(", ", names.Take(MostShown)) + (names.Count > MostShown ? $" and {names.Count - MostShown} more" : "");

    /// <summary>The nearest name, when one is near: at most a third of the letters differ (one of a short name).</summary>
    public static string? Nearest(string name, IEnumerable<string> candidates) =>
        candidates.Select(c => (Name: c, Distance: NameDistance.Between(name, c)))
            .Where(c => c.Distance <= Math.Max(1, name.Length / 3) && c.Distance < Math.Max(c.Name.Length, name.Length))
            .OrderBy(c => c.Distance).ThenBy(c => Math.Abs(c.Name.Length - name.Length))
            .Select(c => c.Name)
            .FirstOrDefault();
}

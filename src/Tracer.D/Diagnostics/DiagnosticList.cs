using Tracer.D.Syntax;

namespace Tracer.D.Diagnostics;

/// <summary>Diagnostics in the order they were found. Beyond <see cref="Most"/> nothing is kept: a user mends the first few.</summary>
internal sealed class DiagnosticList
{
    /// <summary>The most that are kept.</summary>
    public const int Most = 20;

    private readonly List<ExpressionDiagnostic> _items = [];

    /// <summary>What was found.</summary>
    public IReadOnlyList<ExpressionDiagnostic> Items => _items;

    /// <summary>Whether anything was found.</summary>
    public bool Any => _items.Count > 0;

    /// <summary>Adds one.</summary>
    public void Add(string id, string message, TextSpan span, string? hint = null)
    {
        if (_items.Count < Most)
            _items.Add(new ExpressionDiagnostic(id, message, span, hint));
    }
}

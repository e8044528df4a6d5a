using Tracer.Core.Expressions;
using Tracer.Core.Plans;

namespace Tracer.Uprobes.Compilation;

/// <summary>
/// The literal texts that keys of a plan's rows can be. Programs write a literal's number: the site's first number, which the attach cookie brings, and the
/// literal's place among those of the site. So sites that differ in their probe's name alone share a program.
/// </summary>
internal sealed class SiteLiterals
{
    private readonly List<byte[]> _texts = [];

    /// <summary>Numbers the literals of a site; the result is the first number.</summary>
    public uint Add(PlannedSite site)
    {
        var first = (uint)_texts.Count;
        foreach (var literal in Of(site.AllClauses))
            _texts.Add(literal.Utf8.ToArray());
        return first;
    }

    /// <summary>The text of a number, as UTF-8.</summary>
    public ReadOnlySpan<byte> this[uint number] => number < _texts.Count ? _texts[(int)number] : default;

    /// <summary>The literals among the keys of the clauses, in the order in which they are compiled.</summary>
    public static IEnumerable<TextLiteralExpression> Of(IEnumerable<Clause> clauses) =>
        clauses.SelectMany(c => c.Actions).OfType<AggregateAction>().SelectMany(a => a.Keys).SelectMany(LiteralsOf);

    private static IEnumerable<TextLiteralExpression> LiteralsOf(Expression key) => key switch
    {
        TextLiteralExpression literal => [literal],
        ConditionalExpression { Type: TextType } c => [.. LiteralsOf(c.WhenTrue), .. LiteralsOf(c.WhenFalse)],
        _ => [],
    };
}

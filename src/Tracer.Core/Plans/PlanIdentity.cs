using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Tracer.Core.Expressions;
using Tracer.Core.Targets;

namespace Tracer.Core.Plans;

/// <summary>
/// What a plan does in each of its modules, as a digest: two plans made for the same request do the same in a file when its digests are equal, whatever processes they were made for. They differ
/// where expressions have addresses of the process in them and the files lie elsewhere.
/// </summary>
public static class PlanIdentity
{
    /// <summary>The digests of a plan by module.</summary>
    public static IReadOnlyDictionary<TargetModule, string> Of(TracePlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var known = new Dictionary<Expression, string>(ReferenceEqualityComparer.Instance);
        var modules = new Dictionary<TargetModule, StringBuilder>(ReferenceEqualityComparer.Instance);
        foreach (var site in plan.Sites)
        {
            var text = TextOf(site.Location.Module);
            text.Append(CultureInfo.InvariantCulture, $"{site.Location.FileOffset:x} {site.Semaphore?.FileOffset:x} {site.IsWatched} {site.Call is not null}:");
            foreach (var clause in site.AllClauses)
            {
                text.Append(clause.Emission?.ProbeName).Append('|');
                foreach (var expression in clause.Expressions)
                    text.Append(DigestOf(expression)).Append(',');
            }

            text.Append('\n');
        }

        foreach (var activation in plan.Activations)
            TextOf(activation.Idle.Module).Append(CultureInfo.InvariantCulture, $"idle {activation.Idle.FileOffset:x} {activation.Semaphore.FileOffset:x}\n");
        return modules.ToDictionary(m => m.Key, m => Digest(m.Value.ToString()));

        StringBuilder TextOf(TargetModule module)
        {
            if (!modules.TryGetValue(module, out var text))
                modules.Add(module, text = new StringBuilder());
            return text;
        }

        string DigestOf(Expression expression)
        {
            if (!known.TryGetValue(expression, out var digest))
                known.Add(expression, digest = Digest($"{Label(expression)}({string.Join(',', PartsOf(expression).Select(DigestOf))})"));
            return digest;
        }
    }

    private static string Label(Expression expression) => expression switch
    {
        OwnedExpression => "owned",
        VariableExpression v => $"variable {v.Variable} {v.Field}",
        PictureExpression p => string.Create(CultureInfo.InvariantCulture, $"picture {p.Shape.PointerMask:x} {p.Start.Count} {p.Roots.Count} {p.Shape.Variables.Count} {p.Shape.Links.Count}"),
        _ => ExpressionParts.LabelOf(expression) ?? expression.GetType().Name,
    };

    // The parts that are evaluated, and what else an expression has in it.
    private static Expression[] PartsOf(Expression expression) => expression switch
    {
        OwnedExpression o => [o.Value, o.Owner.Object, o.Key],
        PictureExpression p => [.. ExpressionParts.Of(p), .. p.Shape.Variables, .. p.Shape.Links, .. p.Shape.Areas.SelectMany(a => a.Parts)],
        _ => ExpressionParts.Of(expression),
    };

    private static string Digest(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}

using Tracer.Core.Expressions;
using Tracer.Core.Plans;
using Tracer.Core.Probes;

namespace Tracer.Uprobes.Compilation;

/// <summary>
/// The texts of an event that belong to one object (<see cref="TextOwner"/>). The first event with them tells them, and a number for them at the record's end; later
/// ones have the number only, until the object ends. A number is known to programs when the record that tells it is in the ring: nothing that is lost is relied on.
/// </summary>
/// <param name="Life">Where such objects end.</param>
/// <param name="Owner">The object's address.</param>
/// <param name="Values">Which values of the event they are.</param>
/// <param name="Members">Which texts of the object they are, in order.</param>
internal sealed record InternedTexts(ObjectLife Life, Expression Owner, IReadOnlyList<int> Values, string Members)
{
    /// <summary>The numbers of the event that belong to the same object (<see cref="OwnedExpression"/>).</summary>
    public required IReadOnlyList<int> Numbers { get; init; }

    /// <summary>In a slot's flags: the text's value is the number under which it was told.</summary>
    public const byte KnownFlag = 2;

    /// <summary>In a slot's flags: the text is told, under the number that the last eight bytes of the record are.</summary>
    public const byte ToldFlag = 4;

    /// <summary>Bytes of a record that says that a number is not used any more: the number.</summary>
    public const int EndSize = sizeof(ulong);

    /// <summary>The texts of the first owner that an event has; null when it has none.</summary>
    public static InternedTexts? Of(Emission emission, ExpressionGraph graph)
    {
        if (OwnerOf(emission.Values.FirstOrDefault(v => OwnerOf(v) is not null)) is not { } owner)
            return null;
        var id = graph.IdOf(owner.Object);
        var owned = emission.Values.Select((v, k) => (Owner: OwnerOf(v), Index: k)).Where(v => v.Owner?.Life == owner.Life && graph.IdOf(v.Owner.Object) == id).ToArray();
        return new InternedTexts(owner.Life, owner.Object, [.. owned.Select(v => v.Index)], string.Join(',', owned.Select(v => v.Owner!.Member)))
        {
            Numbers = [.. Enumerable.Range(0, emission.Values.Count).Where(k => emission.Values[k].Expression is OwnedExpression o && o.Owner.Life == owner.Life && graph.IdOf(o.Owner.Object) == id)],
        };
    }

    private static TextOwner? OwnerOf(PlannedValue? value) => (value?.Expression as TextExpression)?.Owner;
}

using Tracer.Core.Expressions;
using Tracer.Core.Pictures;
using Tracer.Core.Plans;
using Tracer.Core.Records;

namespace Tracer.Uprobes.Compilation;

/// <summary>
/// A scratch slot: where a program builds a record that is too large for its stack. A sleepable program can lose its CPU to a task that runs
/// the same program, so slots are claimed: the one of this CPU first, then a few spare ones.
/// </summary>
internal static class ScratchLayout
{
    /// <summary>u64: nonzero while a program owns the slot.</summary>
    public const int BusyOffset = 0;

    /// <summary>u64: bytes of text written so far. Kept here and not on the stack, where the verifier would follow every possible value.</summary>
    public const int CursorOffset = 8;

    /// <summary>u64: the owner of the texts that are told once (<see cref="InternedTexts"/>).</summary>
    public const int OwnerOffset = 16;

    /// <summary>u64: what is known of them (<see cref="InternedTexts"/>).</summary>
    public const int KnowledgeOffset = 24;

    /// <summary>u64: the number they are told under.</summary>
    public const int NumberOffset = 32;

    /// <summary>u64: whether a number that is being computed is to be kept (<see cref="Core.Expressions.OwnedExpression"/>).</summary>
    public const int KeepOffset = 40;

    /// <summary>Values and statuses of shared expressions, <see cref="KnownSize"/> bytes each.</summary>
    public const int KnownOffset = 48;

    /// <summary>Bytes of a shared expression: value and status.</summary>
    public const int KnownSize = 16;

    /// <summary>The most shared expressions.</summary>
    public const int MostKnown = 64;

    /// <summary>Addresses of the objects of a picture, eight bytes each.</summary>
    public const int WorkOffset = KnownOffset + MostKnown * KnownSize;

    /// <summary>Buckets of the objects of a picture (<see cref="ObjectFilter"/>), eight bytes each.</summary>
    public const int FilterOffset = WorkOffset + PictureExpression.MaximumObjects * sizeof(ulong);

    /// <summary>What a picture's loops change.</summary>
    public const int PictureOffset = FilterOffset + ObjectFilter.Buckets * sizeof(ulong);

    /// <summary>The record.</summary>
    public const int RecordOffset = PictureOffset + (11 + PictureExpression.MaximumVariables) * sizeof(ulong);

    /// <summary>Slots beyond one for each CPU.</summary>
    public const int Spares = 4;

    /// <summary>Bytes that may be written beyond the limit of a text: one more character and the NUL, or all of a short text's buffer.</summary>
    public const int TextSlack = 64;

    /// <summary>Bytes of a slot that has room for every record and every key of the plan.</summary>
    public static int SizeFor(TracePlan plan)
    {
        var largestKey = plan.Aggregations.Select(a => new KernelKeyLayout(a, plan.KeyTextLimit).LargestSize).DefaultIfEmpty().Max();
        var largest = plan.Emissions.Count == 0 ? 0 : plan.Emissions.Max(e => RecordLayout.MaximumSize(e, plan.TextLimit));
        return RecordOffset + (Math.Max(largest, largestKey) + TextSlack + 7 & ~7);
    }
}

using Tracer.Core.Aggregations;
using Tracer.Core.Expressions;
using Tracer.Core.Stacks;

namespace Tracer.Uprobes.Compilation;

/// <summary>
/// How a row's key lies in a kernel map: the generation (u32), four bits of status for each integer (u32), one slot a key, then the texts, each in a
/// field of one capacity and padded with zeros. A map's keys have one size and are hashed whole, so there is a map for each capacity: short texts cost
/// little, and one text is always in the same map.
/// </summary>
internal sealed class KernelKeyLayout
{
    /// <summary>u32: which generation the row belongs to.</summary>
    public const int GenerationOffset = 0;

    /// <summary>u32: an <see cref="Core.Evaluation.EvaluationStatus"/> in four bits for each integer key.</summary>
    public const int StatusOffset = 4;

    /// <summary>Where the slots begin. An integer's slot is its value; a text's has its bytes in bits 0-31, its charset from bit 32, its status from bit 40. A stack's has its bytes and, from bit 32, how it ended.</summary>
    public const int SlotsOffset = 8;

    /// <summary>In a text's slot, where the charset is.</summary>
    public const int CharsetShift = 32;

    /// <summary>In a text's slot, where the status is.</summary>
    public const int StatusShift = 40;

    /// <summary>A charset of ours: the text is the literal whose number is in bits 0-31.</summary>
    public const int LiteralCharset = 0xfe;

    /// <summary>A charset of ours: a thread's name, padded with NULs.</summary>
    public const int CommCharset = 0xfd;

    private static readonly int[] ShortCapacities = [32, 128];

    // In frames. Most stacks are short, and a key is hashed whole.
    private static readonly int[] StackCapacities = [8, 24, 64, FrameChain.MostFrames];

    private readonly int[] _textIndices;

    public KernelKeyLayout(Aggregation aggregation, int textLimit)
    {
        Aggregation = aggregation;
        TextLimit = textLimit;
        _textIndices = new int[aggregation.Keys.Count];
        for (var k = 0; k < _textIndices.Length; k++)
            _textIndices[k] = aggregation.Keys[k].Type is TextType or StackType ? TextCount++ : -1;
        TextsOffset = SlotsOffset + (_textIndices.Length * 8);
        var longest = textLimit + 8;
        HasStack = aggregation.Keys.Any(k => k.Type is StackType);
        if (HasStack && TextCount > 1)
            throw new CompilationException("a stack is a key beside a text or another stack");
        Capacities = HasStack ? Array.ConvertAll(StackCapacities, frames => frames * sizeof(ulong)) : TextCount == 0 ? [0] : [.. ShortCapacities.Where(c => c < longest), longest];
    }

    public Aggregation Aggregation { get; }

    /// <summary>The most bytes of a text.</summary>
    public int TextLimit { get; }

    /// <summary>Whether one of the keys is a stack: its frames' addresses are a text of their own kind, and the only one.</summary>
    public bool HasStack { get; }

    /// <summary>How many of the keys are texts, or a stack.</summary>
    public int TextCount { get; }

    /// <summary>Where the texts begin.</summary>
    public int TextsOffset { get; }

    /// <summary>The capacities of a text's field, ascending; the last takes every text, cut at the limit.</summary>
    public IReadOnlyList<int> Capacities { get; }

    /// <summary>Bytes of a key with fields of that capacity.</summary>
    public int SizeOf(int capacity) => TextsOffset + (TextCount * capacity);

    /// <summary>Bytes of the largest key.</summary>
    public int LargestSize => SizeOf(Capacities[^1]);

    /// <summary>Where a key's slot is.</summary>
    public static int SlotOf(int key) => SlotsOffset + (key * 8);

    /// <summary>Where a text's field is; the key must be text.</summary>
    public int TextOf(int key, int capacity) => TextsOffset + (_textIndices[key] * capacity);
}

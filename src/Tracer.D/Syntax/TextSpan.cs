namespace Tracer.D.Syntax;

/// <summary>A stretch of source text, in UTF-16 units.</summary>
/// <param name="Start">Where it starts.</param>
/// <param name="Length">How long it is; zero at the end of the text.</param>
public readonly record struct TextSpan(int Start, int Length)
{
    /// <summary>Behind its last unit.</summary>
    public int End => Start + Length;

    /// <summary>From the start of this span to the end of another.</summary>
    public TextSpan To(TextSpan last) => new(Start, Math.Max(0, last.End - Start));
}

namespace Tracer.D.Syntax;

/// <summary>A type as it is written: <c>unsigned long</c>, <c>struct request **</c>.</summary>
/// <param name="Name">Its words with one blank between them, without const and volatile.</param>
/// <param name="Pointers">How many stars follow.</param>
/// <param name="Span">Where it is.</param>
public sealed record TypeSyntax(string Name, int Pointers, TextSpan Span)
{
    /// <inheritdoc/>
    public override string ToString() => Pointers == 0 ? Name : $"{Name} {new string('*', Pointers)}";
}

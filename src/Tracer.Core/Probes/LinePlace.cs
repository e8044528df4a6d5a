namespace Tracer.Core.Probes;

/// <summary>The instructions at which the code of a source line begins.</summary>
/// <param name="File">The file's name, or as many of the last parts of its path as tell it apart.</param>
/// <param name="Line">The line, from 1.</param>
public sealed record LinePlace(string File, int Line) : NativePlace
{
    /// <inheritdoc/>
    public override string ToString() => $"{File}:{Line}";
}

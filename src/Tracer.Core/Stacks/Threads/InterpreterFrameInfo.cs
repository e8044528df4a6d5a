using System.Globalization;

namespace Tracer.Core.Stacks.Threads;

/// <summary>A frame of interpreted code.</summary>
/// <param name="Language">The language: <c>python</c>.</param>
/// <param name="Function">The function's name.</param>
/// <param name="QualifiedName">Its name with the classes and functions around it; null when the interpreter does not know it.</param>
/// <param name="File">The source file, as the interpreter knows it.</param>
/// <param name="Line">The line it is at; null when it has none.</param>
public sealed record InterpreterFrameInfo(string Language, string Function, string? QualifiedName, string File, int? Line)
{
    /// <summary>The line where the function begins, which tells functions of one name apart; null where it was not asked for.</summary>
    public int? FirstLine { get; init; }

    /// <summary>The variables of the frame, printed, in the language's order; null when they were not asked for.</summary>
    public IReadOnlyList<(string Name, string Value)>? Locals { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{QualifiedName ?? Function} ({File}:{Line?.ToString(CultureInfo.InvariantCulture) ?? "?"})";
}

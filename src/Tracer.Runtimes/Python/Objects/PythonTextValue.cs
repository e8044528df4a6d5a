namespace Tracer.Runtimes.Python.Objects;

/// <summary>Text, or a part of it.</summary>
/// <param name="Text">The characters, lone surrogates included.</param>
/// <param name="IsTruncated">Whether there are more.</param>
public readonly record struct PythonTextValue(string Text, bool IsTruncated);

namespace Tracer.Runtimes.Python.Objects;

/// <summary>How much of a value is shown. What is left out is marked by <c>…</c>, with its number where that is known.</summary>
public sealed record PythonValueLimits
{
    /// <summary>How deep containers are shown in containers.</summary>
    public int Depth { get; init; } = 4;

    /// <summary>Items of a container, and attributes of an instance.</summary>
    public int Items { get; init; } = 32;

    /// <summary>Characters of a text, bytes of bytes.</summary>
    public int TextLength { get; init; } = 256;

    /// <summary>Bits of an integer; longer ones are shown by their number of bits.</summary>
    public int IntegerBits { get; init; } = 4096;

    /// <summary>Characters after which no further item is begun.</summary>
    public int TotalLength { get; init; } = 4096;

    /// <summary>Whether instances are shown with their attributes, which repr() does not.</summary>
    public bool Attributes { get; init; }
}

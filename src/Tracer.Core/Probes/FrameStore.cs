namespace Tracer.Core.Probes;

/// <summary>
/// A memory, kept by thread and frame, that carries values from a function's entry to its exit: <see cref="FrameSave"/> writes it and
/// <see cref="FrameRestore"/> takes from it. Compared by reference.
/// </summary>
/// <param name="name">A name for printing.</param>
/// <param name="valueCount">Values per frame, 1 to 8.</param>
public sealed class FrameStore(string name, int valueCount)
{
    /// <summary>A name for printing.</summary>
    public string Name { get; } = name;

    /// <summary>Values per frame.</summary>
    public int ValueCount { get; } = valueCount;
}

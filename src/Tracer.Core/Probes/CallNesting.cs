namespace Tracer.Core.Probes;

/// <summary>
/// Pairs entries and returns that have no frame in common by how they are nested in a thread: an entry puts its time on the thread's stack of times, a return takes off
/// the newest. Compared by reference.
/// </summary>
/// <param name="name">A name for printing.</param>
public sealed class CallNesting(string name)
{
    /// <summary>A name for printing.</summary>
    public string Name { get; } = name;
}

namespace Tracer.Fuzz;

/// <summary>How a target is run.</summary>
public sealed record FuzzOptions
{
    /// <summary>How many mutated inputs; null for the target's own bounded count.</summary>
    public int? Count { get; init; }

    /// <summary>The seed that all mutations follow from.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Where the corpus is, and where findings go.</summary>
    public string Directory { get; init; } = Corpus.Directory;

    /// <summary>Whether inputs that reach something new are kept in the corpus.</summary>
    public bool Grows { get; init; }

    /// <summary>Whether findings are kept in the corpus.</summary>
    public bool Saves { get; init; } = true;

    /// <summary>An input that takes longer, three times in a row, is a finding: the machine may be busy once.</summary>
    public TimeSpan Slow { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>An input that takes longer ends the process, for nothing else ends a loop.</summary>
    public TimeSpan Hang { get; init; } = TimeSpan.FromSeconds(60);
}

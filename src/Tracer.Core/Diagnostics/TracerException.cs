namespace Tracer.Core.Diagnostics;

/// <summary>An expected failure, told to the user in up to three sentences: what, why, what to do. Never shown with a stack trace.</summary>
public sealed class TracerException : Exception
{
    /// <summary>Makes the failure.</summary>
    /// <param name="id">Its id, <c>ST0001</c> and so on, listed in docs/diagnostics.md.</param>
    /// <param name="kind">What kind it is.</param>
    /// <param name="what">What happened, one sentence.</param>
    /// <param name="why">Why, one sentence; null when the first says it.</param>
    /// <param name="remedy">What to do, one sentence; null when there is nothing.</param>
    public TracerException(string id, FailureKind kind, string what, string? why = null, string? remedy = null)
        : base(string.Join(' ', new[] { what, why, remedy }.Where(s => s is not null)))
    {
        Id = id;
        Kind = kind;
        What = what;
        Why = why;
        Remedy = remedy;
    }

    /// <summary>The diagnostic id.</summary>
    public string Id { get; }

    /// <summary>What kind of failure it is.</summary>
    public FailureKind Kind { get; }

    /// <summary>What happened.</summary>
    public string What { get; }

    /// <summary>Why.</summary>
    public string? Why { get; }

    /// <summary>What to do.</summary>
    public string? Remedy { get; }

    /// <summary>
    /// Why and what to do on lines of their own, with the text they are about and the place in it marked; null when there is no such text. It holds no
    /// control characters but line breaks.
    /// </summary>
    public string? Listing { get; init; }
}

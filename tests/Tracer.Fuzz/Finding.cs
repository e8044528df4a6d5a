namespace Tracer.Fuzz;

/// <summary>An input that a reader did not bear.</summary>
/// <param name="Target">The reader.</param>
/// <param name="Kind">"exception", "slow", "hang" or "allocation".</param>
/// <param name="Message">What happened.</param>
/// <param name="Input">The input.</param>
public sealed record Finding(string Target, string Kind, string Message, byte[] Input)
{
    /// <summary>What findings of one cause share: the place of the exception.</summary>
    public string Cause { get; init; } = Kind;
}

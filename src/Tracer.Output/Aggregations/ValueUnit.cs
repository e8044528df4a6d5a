namespace Tracer.Output.Aggregations;

/// <summary>What the values of an aggregation measure: how text shows them.</summary>
public enum ValueUnit
{
    /// <summary>Plain numbers.</summary>
    None,
    /// <summary>Nanoseconds, shown with the unit that suits them.</summary>
    Nanoseconds,
}

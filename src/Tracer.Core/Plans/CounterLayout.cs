namespace Tracer.Core.Plans;

/// <summary>The numbers of a plan's counters of what went wrong or is under way; backends keep them as one array of 64-bit counts.</summary>
/// <param name="emissions">Emissions of the plan.</param>
/// <param name="aggregations">Its aggregations.</param>
/// <param name="variables">Its variables.</param>
public sealed class CounterLayout(int emissions, int aggregations, int variables)
{
    /// <summary>How many counters there are.</summary>
    public int Count { get; } = emissions + 6 + (2 * aggregations) + variables;

    /// <summary>Frames whose entry could not be remembered.</summary>
    public int LostFrames { get; } = emissions;

    /// <summary>Hits whose condition or assignment could not be computed.</summary>
    public int Faults => LostFrames + 1;

    /// <summary>Hits without events whose record, which was to be finished elsewhere, could not be sent.</summary>
    public int LostHits => LostFrames + 2;

    /// <summary>Calls whose return will not be seen, because too many were nested.</summary>
    public int LostReturns => LostFrames + 3;

    /// <summary>Frames that are remembered and were not left yet by an exit that is known: still running, or left by longjmp or an exception. No loss.</summary>
    public int OpenFrames => LostFrames + 4;

    /// <summary>Hits whose events would have been beyond <see cref="TracePlan.EventsPerSecond"/>.</summary>
    public int Limited => LostFrames + 5;

    /// <summary>Events of an emission that could not be sent; the same number as the emission's.</summary>
    public static int LostEvents(int emission) => emission;

    /// <summary>Hits of an aggregation that found no room for a new row.</summary>
    public int Overflow(int aggregation) => LostFrames + 6 + (2 * aggregation);

    /// <summary>Hits of an aggregation whose value could not be read.</summary>
    public int ValueFaults(int aggregation) => LostFrames + 7 + (2 * aggregation);

    /// <summary>Assignments to a variable that found no room.</summary>
    public int Drops(int variable) => Count - 1 - variable;
}

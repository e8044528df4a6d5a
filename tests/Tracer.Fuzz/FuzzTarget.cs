namespace Tracer.Fuzz;

/// <summary>One reader of bytes that others wrote: whatever they are, it throws nothing, ends soon and allocates in proportion.</summary>
public abstract class FuzzTarget
{
    /// <summary>Its name on the command line and in the corpus.</summary>
    public abstract string Name { get; }

    /// <summary>How many mutated inputs CI runs: about a second's worth.</summary>
    public abstract int Count { get; }

    /// <summary>Inputs longer than this are cut.</summary>
    public virtual int MaximumLength => 16 << 10;

    /// <summary>Inputs to begin with that are made here rather than kept as files.</summary>
    public virtual IEnumerable<byte[]> Seeds => [];

    /// <summary>Bytes that mean something to the reader, put into inputs now and then.</summary>
    public virtual IReadOnlyList<byte[]> Words => [];

    /// <summary>The most that reading an input of this length may allocate, in bytes.</summary>
    public virtual long AllocationLimit(int length) => (64L * length) + (1 << 20);

    /// <summary>Reads an input and tells what came of it. Whatever is thrown is a finding.</summary>
    public abstract void Run(byte[] input, Outcome outcome);

    /// <summary>Makes a new input of one that was there; structure-aware targets keep lengths and offsets right.</summary>
    public virtual byte[] Mutate(byte[] input, Mutator mutator)
    {
        ArgumentNullException.ThrowIfNull(mutator);
        return mutator.Mutate(input, Words, MaximumLength);
    }
}

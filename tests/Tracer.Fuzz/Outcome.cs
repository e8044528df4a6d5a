namespace Tracer.Fuzz;

/// <summary>What came of an input, as a set of marks. Inputs with a set that was not seen before have reached something new.</summary>
public sealed class Outcome
{
    private readonly HashSet<int> _marks = [];

    /// <summary>A number that equal sets share.</summary>
    public ulong Signature { get; private set; }

    /// <summary>Forgets all marks.</summary>
    public void Clear()
    {
        _marks.Clear();
        Signature = 0;
    }

    /// <summary>Marks something, such as a diagnostic's id.</summary>
    public void Add(string? mark)
    {
        // string.GetHashCode is another one in every process; signatures must not be.
        var hash = 17;
        foreach (var c in mark ?? "")
            hash = unchecked((hash * 31) + c);
        Add(hash);
    }

    /// <summary>Marks a number of a kind; numbers count by their order of magnitude.</summary>
    public void Add(string kind, long number) => Add(kind + (number < 0 ? "-" : System.Numerics.BitOperations.Log2((ulong)number + 1).ToString(System.Globalization.CultureInfo.InvariantCulture)));

    private void Add(int hash)
    {
        if (_marks.Count < 4096 && _marks.Add(hash))
            Signature ^= unchecked((ulong)(uint)hash * 0x9e3779b97f4a7c15) ^ ((ulong)(uint)hash << 32);
    }
}

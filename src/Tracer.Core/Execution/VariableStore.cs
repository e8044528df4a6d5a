using System.Buffers.Binary;
using Tracer.Core.Aggregations;
using Tracer.Core.Expressions;

namespace Tracer.Core.Execution;

/// <summary>The variables of a traced program, in this process. Elements that are zero take no room.</summary>
public sealed class VariableStore
{
    private readonly Dictionary<Variable, Dictionary<byte[], (ulong First, ulong Second)>> _variables = [];
    private readonly byte[] _threadKey = new byte[sizeof(int)];

    /// <summary>A store for the variables of a plan.</summary>
    public VariableStore(IEnumerable<Variable> variables)
    {
        ArgumentNullException.ThrowIfNull(variables);
        foreach (var variable in variables)
            _variables.Add(variable, new(ByteKeyComparer.Instance));
    }

    /// <summary>The value of a field of an element; zero when there is none.</summary>
    public ulong Read(Variable variable, ReadOnlySpan<byte> key, int field = 0) =>
        !_variables[variable].GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(key, out var value) ? 0 : field == 0 ? value.First : value.Second;

    /// <summary>Assigns to an element, all fields; false when there is no room for a new one.</summary>
    public bool TryWrite(Variable variable, ReadOnlySpan<byte> key, ulong value, ulong second = 0)
    {
        var elements = _variables[variable].GetAlternateLookup<ReadOnlySpan<byte>>();
        if (value == 0)
        {
            elements.Remove(key);
            return true;
        }

        if (elements.Dictionary.Count >= variable.Capacity && !elements.ContainsKey(key))
            return false;
        elements[key] = (value, second);
        return true;
    }

    /// <summary>Drops what all threads had.</summary>
    public void ForgetThreads()
    {
        foreach (var (variable, elements) in _variables)
        {
            if (variable.Scope == VariableScope.Thread)
                elements.Clear();
        }
    }

    /// <summary>Drops what a thread had, which has ended.</summary>
    public void ForgetThread(int threadId)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_threadKey, threadId);
        foreach (var (variable, elements) in _variables)
        {
            if (variable.Scope != VariableScope.Thread)
                continue;
            foreach (var key in elements.Keys)
            {
                // A dictionary may lose entries while it is walked.
                if (key.AsSpan().StartsWith(_threadKey))
                    elements.Remove(key);
            }
        }
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Tracer.Core.Probes;

namespace Tracer.Core.Execution;

/// <summary>The values that one thread's frames have saved, by store and key. A thread's end drops them all.</summary>
public sealed class FrameTable
{
    /// <summary>The most values a frame may have.</summary>
    public const int MaximumValues = 9;

    private readonly Dictionary<(FrameStore Store, ulong Key), FrameValues> _frames = [];
    private readonly Dictionary<CallNesting, NestedTimes> _nested = [];

    /// <summary>Remembers a frame; one that is left over under the key is replaced.</summary>
    public void Save(FrameStore store, ulong key, in FrameValues values) => _frames[(store, key)] = values;

    /// <summary>Takes a frame out.</summary>
    public bool TryTake(FrameStore store, ulong key, out FrameValues values) => _frames.Remove((store, key), out values);

    /// <summary>Notes the time of an entry; false when the thread is too deep for it.</summary>
    public bool Enter(CallNesting nesting, ulong time)
    {
        if (!_nested.TryGetValue(nesting, out var times))
            _nested.Add(nesting, times = new NestedTimes());
        return times.Enter(time);
    }

    /// <summary>Takes the time of the newest entry.</summary>
    public bool TryLeave(CallNesting nesting, out ulong time)
    {
        time = 0;
        return _nested.TryGetValue(nesting, out var times) && times.TryLeave(out time);
    }

    /// <summary>Drops all.</summary>
    public void Clear()
    {
        _frames.Clear();
        _nested.Clear();
    }

    /// <summary>The values of a frame.</summary>
    [InlineArray(MaximumValues)]
    [SuppressMessage("Style", "IDE0044", Justification = "An inline array's field.")]
    [SuppressMessage("Design", "CA1034", Justification = "It has no meaning without its table.")]
    [SuppressMessage("Performance", "CA1815", Justification = "Never compared.")]
    public struct FrameValues
    {
        private ulong _first;
    }
}

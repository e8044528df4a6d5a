using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Tracer.Ptrace.Hits;

/// <summary>The values that one thread's frames have saved, by store and key. A thread's end drops them all.</summary>
internal sealed class FrameTable
{
    /// <summary>The most values a frame may have.</summary>
    public const int MaximumValues = 8;

    private readonly Dictionary<(int Store, ulong Key), Values> _frames = [];

    public void Save(int store, ulong key, in Values values) => _frames[(store, key)] = values;

    public bool TryTake(int store, ulong key, out Values values) => _frames.Remove((store, key), out values);

    [InlineArray(MaximumValues)]
    [SuppressMessage("Style", "IDE0044", Justification = "An inline array's field.")]
    internal struct Values
    {
        private ulong _first;
    }
}

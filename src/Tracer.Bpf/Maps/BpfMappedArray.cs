using Tracer.Linux;

namespace Tracer.Bpf;

/// <summary>
/// The memory of an array map, shared with the programs that use it: reads and writes need no system call. Use <see cref="Volatile"/> or
/// <see cref="Interlocked"/> on what programs change. The spans must not outlive the object.
/// </summary>
public sealed class BpfMappedArray : IDisposable
{
    private readonly SharedMapping _mapping;
    private readonly int _valueSize;
    private readonly int _entries;

    private BpfMappedArray(SharedMapping mapping, BpfMapDefinition definition)
    {
        _mapping = mapping;
        _valueSize = definition.ValueSize;
        _entries = definition.MaxEntries;
    }

    /// <summary>Bytes from one value to the next: the value's size rounded up to eight (array_map_alloc, kernel/bpf/arraymap.c).</summary>
    public int Stride => (_valueSize + 7) & ~7;

    /// <summary>All values, <see cref="Stride"/> apart.</summary>
    public Span<byte> Span => _mapping.Span(Stride * _entries);

    /// <summary>The value at <paramref name="index"/>.</summary>
    public Span<byte> this[int index] => Span.Slice(index * Stride, _valueSize);

    /// <summary>Unmaps the memory; the map stays.</summary>
    public void Dispose() => _mapping.Dispose();

    internal static BpfMappedArray Create(ISystemCallGate gate, BpfMap map)
    {
        var definition = map.Definition;
        if (definition.Type != BpfMapType.Array || (definition.Flags & BpfMapFlags.Mappable) == 0)
            throw new BpfException($"Only an array made with {nameof(BpfMapFlags.Mappable)} can be mapped.");
        var bytes = (nint)((definition.ValueSize + 7) & ~7) * definition.MaxEntries;
        var length = (bytes + Environment.SystemPageSize - 1) / Environment.SystemPageSize * Environment.SystemPageSize;
        return new BpfMappedArray(SharedMapping.Create(gate, map.Descriptor, length, 0, writable: true), definition);
    }
}

using System.Runtime.InteropServices;
using Tracer.Linux;

namespace Tracer.Bpf;

/// <summary>
/// A BPF map seen from user space. Element access copies through spans and allocates nothing. Keys and values must have exactly the
/// sizes of the definition; a per-CPU map's value has <see cref="ValueBufferSize"/> bytes.
/// </summary>
public sealed class BpfMap : BpfObject
{
    private BpfMap(ISystemCallGate gate, int descriptor, BpfMapDefinition definition)
        : base(gate, descriptor)
    {
        Definition = definition;
        CpuLayout = new PerCpuLayout(definition.ValueSize, definition.IsPerCpu ? PossibleCpus.Count : 1);
        ValueBufferSize = definition.IsPerCpu ? CpuLayout.BufferSize : definition.ValueSize;
    }

    /// <summary>What the map was made from.</summary>
    public BpfMapDefinition Definition { get; }

    /// <summary>Where each CPU's value lies within a per-CPU map's value.</summary>
    public PerCpuLayout CpuLayout { get; }

    /// <summary>Bytes of a value as user space reads and writes it.</summary>
    public int ValueBufferSize { get; }

    /// <summary>Creates a map. BPF memory is charged to the cgroup since kernel 5.11 and to RLIMIT_MEMLOCK before.</summary>
    /// <exception cref="BpfException">EPERM without CAP_BPF, EINVAL for a definition the kernel does not know, ENOMEM, E2BIG.</exception>
    public static BpfMap Create(ISystemCallGate gate, in BpfMapDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(gate);
        var attribute = new MapCreateAttribute
        {
            Type = (uint)definition.Type,
            KeySize = (uint)definition.KeySize,
            ValueSize = (uint)definition.ValueSize,
            MaxEntries = (uint)definition.MaxEntries,
            Flags = (uint)definition.Flags,
            Name = BpfObjectName.From(definition.Name ?? ""),
        };
        var result = BpfSystemCall.Invoke(gate, BpfCommand.MapCreate, ref attribute);
        if (result < 0)
            throw new BpfException($"create a {definition.Type} map of {definition.MaxEntries} entries", -result);
        return new BpfMap(gate, result, definition);
    }

    /// <summary>Copies the value of <paramref name="key"/>; false if there is none.</summary>
    /// <exception cref="BpfException">Any failure but ENOENT.</exception>
    public bool TryLookup(ReadOnlySpan<byte> key, Span<byte> value)
    {
        CheckSizes(key, value);
        return Found(BpfSystemCall.MapElement(Gate, BpfCommand.MapLookup, Descriptor, key, value, 0), "look up a map element");
    }

    /// <inheritdoc cref="TryLookup(ReadOnlySpan{byte}, Span{byte})"/>
    public bool TryLookup<TKey, TValue>(TKey key, out TValue value)
        where TKey : unmanaged
        where TValue : unmanaged
    {
        value = default;
        return TryLookup(Bytes(ref key), Bytes(ref value));
    }

    /// <summary>Sets the value of <paramref name="key"/>; false if <paramref name="mode"/> forbade it.</summary>
    /// <exception cref="BpfException">Any failure but EEXIST and ENOENT; E2BIG when the map is full.</exception>
    public bool Update(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, BpfUpdateMode mode = BpfUpdateMode.Any)
    {
        CheckSizes(key, value);
        var result = BpfSystemCall.MapElement(Gate, BpfCommand.MapUpdate, Descriptor, key, value, (ulong)mode);
        return result != -Bpf.Errno.Exists && Found(result, "update a map element");
    }

    /// <inheritdoc cref="Update(ReadOnlySpan{byte}, ReadOnlySpan{byte}, BpfUpdateMode)"/>
    public bool Update<TKey, TValue>(TKey key, TValue value, BpfUpdateMode mode = BpfUpdateMode.Any)
        where TKey : unmanaged
        where TValue : unmanaged => Update(Bytes(ref key), Bytes(ref value), mode);

    /// <summary>Removes <paramref name="key"/>; false if there was none. Arrays refuse with EINVAL.</summary>
    /// <exception cref="BpfException">Any failure but ENOENT.</exception>
    public bool Delete(ReadOnlySpan<byte> key)
    {
        CheckSize(key.Length, Definition.KeySize, nameof(key));
        return Found(BpfSystemCall.MapElement(Gate, BpfCommand.MapDelete, Descriptor, key, default, 0), "delete a map element");
    }

    /// <inheritdoc cref="Delete(ReadOnlySpan{byte})"/>
    public bool Delete<TKey>(TKey key)
        where TKey : unmanaged => Delete(Bytes(ref key));

    /// <summary>
    /// Writes the key after <paramref name="previous"/> (empty for the first) to <paramref name="next"/>; false at the end. The two may be
    /// the same memory. If <paramref name="previous"/> was deleted meanwhile, a hash map begins again: bound the walk when others delete.
    /// </summary>
    /// <exception cref="BpfException">Any failure but ENOENT.</exception>
    public bool TryGetNextKey(ReadOnlySpan<byte> previous, Span<byte> next)
    {
        if (!previous.IsEmpty)
            CheckSize(previous.Length, Definition.KeySize, nameof(previous));
        CheckSize(next.Length, Definition.KeySize, nameof(next));
        return Found(BpfSystemCall.MapElement(Gate, BpfCommand.MapGetNextKey, Descriptor, previous, next, 0), "walk a map's keys");
    }

    /// <summary>
    /// Reads many elements of a hash map at once (kernel 5.6): keys and values one after the other, as many as there is room for. Elements that come or go
    /// meanwhile may be missed; none is read twice.
    /// </summary>
    /// <param name="position">Where to go on; null begins.</param>
    /// <param name="keys">Room for keys.</param>
    /// <param name="values">Room for as many values of <see cref="ValueBufferSize"/> bytes.</param>
    /// <param name="count">How many were read.</param>
    /// <returns>Whether there may be more.</returns>
    /// <exception cref="BpfException">ENOSPC when a bucket holds more elements than there is room for, or any other failure.</exception>
    public bool ReadBatch(ref uint? position, Span<byte> keys, Span<byte> values, out int count)
    {
        count = keys.Length / Definition.KeySize;
        var result = BpfSystemCall.MapBatch(Gate, BpfCommand.MapLookupBatch, Descriptor, ref position, keys, values, ref count);
        return Found(result, "read a map's elements");
    }

    /// <summary>
    /// Maps the memory of a <see cref="BpfMapFlags.Mappable"/> array into this process, shared with programs (kernel 5.5).
    /// </summary>
    /// <exception cref="BpfException">The map is not mappable, or the kernel refused.</exception>
    public BpfMappedArray MapMemory() => BpfMappedArray.Create(Gate, this);

    private static Span<byte> Bytes<T>(ref T value)
        where T : unmanaged => MemoryMarshal.AsBytes(new Span<T>(ref value));

    private static bool Found(int result, string operation) => result switch
    {
        >= 0 => true,
        -Bpf.Errno.NoEntry => false,
        _ => throw new BpfException(operation, -result),
    };

    private static void CheckSize(int actual, int expected, string name)
    {
        if (actual != expected)
            throw new ArgumentException($"{actual} bytes given where the map has {expected}.", name);
    }

    private void CheckSizes(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        CheckSize(key.Length, Definition.KeySize, nameof(key));
        CheckSize(value.Length, ValueBufferSize, nameof(value));
    }
}

using System.Diagnostics;
using System.Globalization;
using Tracer.Linux;

namespace Tracer.Ptrace.Hits;

/// <summary>
/// A thread's name, read again when what is known is older than a millisecond: an event's name is at most that stale. Its file stays open, so that reading
/// allocates nothing.
/// </summary>
internal sealed class ThreadName(int tid) : IDisposable
{
    private static readonly long MaximumAge = Stopwatch.Frequency / 1000;

    private readonly byte[] _bytes = new byte[32];
    private OwnedDescriptor? _file;
    private int _length;
    private long _readAt;

    /// <summary>The name at time <paramref name="now"/>, in ticks of <see cref="Stopwatch"/>; empty when it cannot be read.</summary>
    public ReadOnlySpan<byte> At(ISystemCallGate gate, long now)
    {
        if (_readAt == 0 || now - _readAt > MaximumAge) Read(gate, now);
        return _bytes.AsSpan(0, _length);
    }

    public void Dispose() => _file?.Dispose();

    private void Read(ISystemCallGate gate, long now)
    {
        if (_file is null)
        {
            if (_readAt != 0 && now - _readAt < Stopwatch.Frequency) return;
            _readAt = now;
            if (!gate.Open(string.Create(CultureInfo.InvariantCulture, $"/proc/{tid}/comm")).TryGet(out _file)) return;
        }

        _readAt = now;
        var read = gate.ReadAt(_file, _bytes, 0).Count;
        if (read == 0) return;
        _length = _bytes[read - 1] == (byte)'\n' ? read - 1 : read;
    }
}

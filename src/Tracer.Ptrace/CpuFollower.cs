using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;
using Tracer.Linux;

namespace Tracer.Ptrace;

/// <summary>
/// Keeps the tracer's thread on the CPU of a target that has one thread: they never run at once, and waking each other on one CPU is several times cheaper than across
/// two. A target with more threads lets it go where it was.
/// </summary>
internal sealed class CpuFollower(ISystemCallGate gate, int processId) : IDisposable
{
    private static readonly long Interval = Stopwatch.Frequency / 10;

    // Field 39 of /proc/PID/stat, the CPU last executed on, counted from the third, which follows the name (proc(5)).
    private const int CpuField = 39 - 3;

    private readonly byte[] _buffer = new byte[512];
    private OwnedDescriptor? _stat;
    private CpuSet? _own;
    private int _cpu = -1;
    private long _next;

    /// <summary>Follows, at most ten times a second.</summary>
    public void Follow(int threads)
    {
        if (threads != 1)
        {
            LetGo();
            return;
        }

        var now = Stopwatch.GetTimestamp();
        if (now < _next) return;
        _next = now + Interval;
        if (_own is null && gate.Affinity(0).TryGet(out var own)) _own = own;
        var cpu = LastCpu();
        if (cpu == _cpu || _own is not { } allowed || !allowed.Contains(cpu)) return;
        if (gate.SetAffinity(0, CpuSet.Of(cpu)).IsSuccess) _cpu = cpu;
    }

    public void Dispose() => _stat?.Dispose();

    private void LetGo()
    {
        if (_cpu < 0 || _own is not { } own) return;
        gate.SetAffinity(0, own);
        _cpu = -1;
    }

    private int LastCpu()
    {
        if (_stat is null && !gate.Open(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/stat")).TryGet(out _stat)) return -1;
        var text = _buffer.AsSpan(0, gate.ReadAt(_stat, _buffer, 0).Count);
        text = text[(text.LastIndexOf((byte)')') + 1)..].TrimStart((byte)' ');
        for (var field = 0; field < CpuField; field++)
        {
            var space = text.IndexOf((byte)' ');
            if (space < 0) return -1;
            text = text[(space + 1)..];
        }

        return Utf8Parser.TryParse(text, out int cpu, out _) ? cpu : -1;
    }
}

using System.Runtime.InteropServices;
using Tracer.Bpf;
using Tracer.Linux;

namespace Tracer.Uprobes;

/// <summary>
/// The memory in which programs count their hits and the time they run, and the gate that lets them do anything at all: closed, a hit is counted and nothing else. It is
/// closed while breakpoints come and go, so that programs run when all of them are there and only then.
/// </summary>
internal sealed class HitMeter : IDisposable
{
    /// <summary>Cells that CPUs share by their number, a cache line each.</summary>
    public const int Lanes = 16;

    /// <summary>Bytes from a lane to the next; before the first lies the gate, in a line of its own.</summary>
    public const int Stride = 64;

    /// <summary>Where in a lane the nanoseconds are; before it one count of hits for each <see cref="SteppingKind"/>.</summary>
    public const int Nanoseconds = 24;

    private readonly BpfMap _map;
    private readonly BpfMappedArray _memory;

    /// <exception cref="BpfException">The kernel refused.</exception>
    public HitMeter(ISystemCallGate gate)
    {
        _map = BpfMap.Create(gate, BpfMapDefinition.Array(Stride * (Lanes + 1), 1) with { Flags = BpfMapFlags.Mappable, Name = "st_meter" });
        try
        {
            _memory = _map.MapMemory();
        }
        catch
        {
            _map.Dispose();
            throw;
        }
    }

    /// <summary>The map.</summary>
    public int Descriptor => _map.Descriptor;

    /// <summary>Hits so far at instructions of a kind.</summary>
    public long Hits(SteppingKind kind) => Sum((int)kind);

    /// <summary>How long programs have run so far, waiting for memory included.</summary>
    public long ProgramNanoseconds => Sum(Nanoseconds / sizeof(long));

    /// <summary>Lets programs work, or keeps them from it. One that runs already goes on.</summary>
    public bool IsOpen
    {
        get => Volatile.Read(ref Words[0]) != 0;
        set => Volatile.Write(ref Words[0], value ? 1 : 0);
    }

    private Span<long> Words => MemoryMarshal.Cast<byte, long>(_memory.Span);

    public void Dispose()
    {
        _memory.Dispose();
        _map.Dispose();
    }

    private long Sum(int word)
    {
        long sum = 0;
        for (var lane = 1; lane <= Lanes; lane++)
            sum += Volatile.Read(ref Words[(lane * Stride / sizeof(long)) + word]);
        return sum;
    }
}

using System.Runtime.InteropServices;
using Tracer.Bpf;
using Tracer.Linux;

namespace Tracer.Uprobes.Following;

/// <summary>What the programs of a family share with this process.</summary>
internal sealed class FamilyMaps : IDisposable
{
    /// <summary>Where in a process's value the number of its image is, u64.</summary>
    public const short ImageOffset = 0;

    /// <summary>Where in a process's value the number of programs is that it has executed in the family, u64.</summary>
    public const short ExecutionsOffset = 8;

    /// <summary>Bytes of a process's value, and of an answer: ticket u64, image u64.</summary>
    public const int ValueSize = 16;

    /// <summary>The counter of what could not be told.</summary>
    public const int LostCounter = 0;

    /// <summary>The counter of questions that were not answered in time.</summary>
    public const int GapCounter = 1;

    private const int MostProcesses = 64 * 1024;
    private const int MostAnswers = 4096;
    private const int RingSize = 1 << 20;

    private readonly List<IDisposable> _owned = [];
    private readonly BpfMap _processes;
    private readonly BpfMap _answers;
    private readonly BpfMap _counters;
    private readonly BpfMappedArray _counterMemory;
    private readonly BpfMap _ring;

    /// <summary>Makes the maps.</summary>
    /// <exception cref="BpfException">The kernel did not give them.</exception>
    public FamilyMaps(ISystemCallGate gate)
    {
        try
        {
            _processes = Own(BpfMap.Create(gate, new BpfMapDefinition(BpfMapType.Hash, sizeof(ulong), ValueSize, MostProcesses) { Flags = BpfMapFlags.NoPreallocation, Name = "st_family" }));
            _answers = Own(BpfMap.Create(gate, new BpfMapDefinition(BpfMapType.Hash, sizeof(ulong), ValueSize, MostAnswers) { Name = "st_answers" }));
            _counters = Own(BpfMap.Create(gate, BpfMapDefinition.Array(sizeof(ulong), 2) with { Flags = BpfMapFlags.Mappable, Name = "st_famlost" }));
            _counterMemory = Own(_counters.MapMemory());
            _ring = Own(BpfMap.Create(gate, BpfMapDefinition.RingBuffer(RingSize) with { Name = "st_famring" }));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Hash from process (u64) to its image and executions.</summary>
    public int Processes => _processes.Descriptor;

    /// <summary>Hash from thread (u64) to the answer to its question.</summary>
    public int Answers => _answers.Descriptor;

    /// <summary>Array of u64: <see cref="LostCounter"/>, <see cref="GapCounter"/>.</summary>
    public int Counters => _counters.Descriptor;

    /// <summary>The ring of <see cref="FamilyRecord"/>s.</summary>
    public int Ring => _ring.Descriptor;

    /// <summary>One of the counters.</summary>
    public ulong ReadCounter(int counter) => Volatile.Read(ref MemoryMarshal.Cast<byte, ulong>(_counterMemory.Span)[counter]);

    /// <summary>Opens the ring for reading; it outlives this object.</summary>
    public RingBuffer OpenRing() => RingBuffer.Open(_ring, FamilyRecord.Size);

    /// <summary>Takes a process into the family, unless it is in already.</summary>
    public void Add(int process) => _processes.Update((ulong)process, new Process(0, 0), BpfUpdateMode.NoExist);

    /// <summary>Takes a process out.</summary>
    public void Remove(int process) => _processes.Delete((ulong)process);

    /// <summary>Whether a process is in the family, and what it is.</summary>
    public bool TryFind(int process, out Process value) => _processes.TryLookup((ulong)process, out value);

    /// <summary>Gives a process an image, unless it has left the family.</summary>
    public void Assign(int process, Process value) => _processes.Update((ulong)process, value, BpfUpdateMode.Exist);

    /// <summary>Answers a thread.</summary>
    public void Answer(int thread, ulong ticket, uint image) => _answers.Update((ulong)thread, new Process(ticket, image));

    /// <summary>Takes an answer back; false when the thread has taken it.</summary>
    public bool Withdraw(int thread) => _answers.Delete((ulong)thread);

    public void Dispose()
    {
        for (var k = _owned.Count - 1; k >= 0; k--)
            _owned[k].Dispose();
        _owned.Clear();
    }

    private T Own<T>(T item)
        where T : IDisposable
    {
        _owned.Add(item);
        return item;
    }

    /// <summary>A process's value; an answer has ticket and image in these places.</summary>
    internal readonly record struct Process(ulong Image, ulong Executions);
}

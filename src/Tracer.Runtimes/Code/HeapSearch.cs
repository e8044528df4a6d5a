using System.Runtime.InteropServices;
using Tracer.Core.Targets;
using Tracer.Linux;

namespace Tracer.Runtimes.Code;

/// <summary>Searches the memory that a process may write, for objects that are known by an address they hold. The process runs on meanwhile.</summary>
/// <param name="gate">The kernel.</param>
/// <param name="processId">The process.</param>
/// <param name="memory">Its memory.</param>
internal sealed class HeapSearch(ISystemCallGate gate, int processId, ITargetMemory memory)
{
    private const int PageSize = 4096;
    private const int ChunkPages = 512;

    // fs/proc/task_mmu.c: an entry of /proc/PID/pagemap has 8 bytes, PM_PRESENT and PM_SWAP.
    private const int PageEntry = sizeof(ulong);
    private const ulong PresentOrSwapped = 3UL << 62;

    /// <summary>All places, at multiples of eight, that hold a number. Pages that have never been written are not read, which would make them.</summary>
    public IEnumerable<ulong> Find(ulong number)
    {
        if (!new ProcFs(gate).Maps(processId).TryGet(out var maps, out _))
            yield break;
        using var pages = gate.Open($"/proc/{processId}/pagemap").TryGet(out var opened, out _) ? opened : null;
        var bytes = new byte[ChunkPages * PageSize];
        foreach (var entry in maps.Entries.Where(e => e.IsWritable && (e.Protection & MemoryProtection.Shared) == 0))
        {
            for (var at = entry.Start; at < entry.End; at += ChunkPages * PageSize)
            {
                foreach (var (start, length) in Used(pages, at, (int)Math.Min(ChunkPages, (entry.End - at) / PageSize)))
                {
                    var read = memory.Read(start, bytes.AsSpan(0, length));
                    for (var k = 0; (k = Next(bytes.AsSpan(0, read), k, number)) >= 0; k += sizeof(ulong))
                        yield return start + (ulong)k;
                }
            }
        }
    }

    private static int Next(ReadOnlySpan<byte> bytes, int from, ulong number)
    {
        var found = MemoryMarshal.Cast<byte, ulong>(bytes[from..]).IndexOf(number);
        return found < 0 ? -1 : from + (found * sizeof(ulong));
    }

    // Runs of pages that there are.
    private List<(ulong Start, int Length)> Used(OwnedDescriptor? pages, ulong start, int count)
    {
        var runs = new List<(ulong Start, int Length)>();
        var entries = new byte[count * PageEntry];
        if (pages is null || gate.ReadAt(pages, entries, (long)(start / PageSize) * PageEntry).Raw != entries.Length)
            return [(start, count * PageSize)];
        var first = -1;
        for (var k = 0; k <= count; k++)
        {
            var isUsed = k < count && (BitConverter.ToUInt64(entries, k * PageEntry) & PresentOrSwapped) != 0;
            if (isUsed && first < 0)
                first = k;
            if (isUsed || first < 0)
                continue;
            runs.Add((start + ((ulong)first * PageSize), (k - first) * PageSize));
            first = -1;
        }

        return runs;
    }
}

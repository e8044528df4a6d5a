using Tracer.Linux;
using Tracer.Ptrace.Injection;
using Tracer.Ptrace.Tracees;

namespace Tracer.Ptrace.Breakpoints;

/// <summary>
/// Pages in the target for the copies of displaced instructions, near the instructions they stand in for. Readable and executable; we write them through
/// /proc/PID/mem. Forked children inherit them, in which they may stand, until they are cleaned.
/// </summary>
internal sealed class SlotArea
{
    /// <summary>Room for the longest instruction (15) and a jump (5, or 14 by the encoder's long form).</summary>
    public const int SlotSize = 32;

    private const ulong PageSize = 4096;

    // A rel32 reaches 2 GiB; an instruction's own operand may lie as far from it as that again, on the other side, so stay close.
    private const ulong Reach = 1UL << 30;

    // Below is the null page's guard: vm.mmap_min_addr is 65536 by default.
    private const ulong Lowest = 1 << 20;

    private const ulong ReadExecute = 1 | 4; // PROT_READ | PROT_EXEC
    private const ulong PrivateAnonymousNoReplace = 0x2 | 0x20 | 0x100000; // MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE (4.17)

    private SlotArea(ulong address, ulong length) => (Address, Length) = (address, length);

    public ulong Address { get; }

    public ulong Length { get; }

    /// <summary>Makes the areas that these breakpoints want and gives them their slots. Null when all went well, else why not, for those that need one.</summary>
    public static string? Allocate(IReadOnlyList<Breakpoint> wanting, RemoteCall call, Tracee tracee, MemoryMap maps, ProcessMemory memory, List<SlotArea> areas)
    {
        string? failure = null;
        for (var next = 0; next < wanting.Count;)
        {
            var first = wanting[next].Address;
            var cluster = wanting.Skip(next).TakeWhile(b => b.Address - first < Reach / 4).ToArray();
            next += cluster.Length;
            var length = (((ulong)cluster.Length * SlotSize) + PageSize - 1) & ~(PageSize - 1);
            if (Map(first, length, call, tracee, maps, out var area) is { } error)
            {
                if (cluster.Any(b => b.Displaced.NeedsSlot)) failure ??= error;
                continue;
            }

            areas.Add(area!);
            for (var k = 0; k < cluster.Length; k++)
            {
                var slot = area!.Address + ((ulong)k * SlotSize);
                var code = cluster[k].Displaced.EncodeSlot(slot, out var copyLength);
                if (code is { Length: <= SlotSize } && memory.WriteThroughProtection(slot, code).Count == code.Length) cluster[k].UseSlot(slot, copyLength);
                else if (cluster[k].Displaced.NeedsSlot) failure ??= $"the instruction at {cluster[k].Site.Location} cannot be moved there";
            }
        }

        return failure;
    }

    /// <summary>Takes the pages out of the target again; no thread may stand in them.</summary>
    public SystemCallResult Unmap(RemoteCall call, Tracee tracee) => call.Invoke(tracee, SystemCall.MUnmap, Address, Length);

    private static string? Map(ulong near, ulong length, RemoteCall call, Tracee tracee, MemoryMap maps, out SlotArea? area)
    {
        area = null;
        var error = Errno.ENOMEM;
        foreach (var address in Candidates(maps, near, length).OrderBy(a => a > near ? a - near : near - a).Take(8))
        {
            var mapped = call.Invoke(tracee, SystemCall.MMap, address, length, ReadExecute, PrivateAnonymousNoReplace, ulong.MaxValue);
            if (mapped.IsSuccess && (ulong)mapped.Raw == address)
            {
                area = new SlotArea(address, length);
                return null;
            }

            // A kernel before 4.17 takes the address as a hint.
            if (mapped.IsSuccess) call.Invoke(tracee, SystemCall.MUnmap, (ulong)mapped.Raw, length);
            else error = mapped.Error;
        }

        return $"mmap in the target gives {error.Describe()}";
    }

    // The ends of the holes in the address space, but for those that the heap grows up into and a stack down into.
    private static IEnumerable<ulong> Candidates(MemoryMap maps, ulong near, ulong length)
    {
        var end = Lowest;
        var afterHeap = false;
        foreach (var entry in maps.Entries)
        {
            if (entry.Start >= end + length)
            {
                var below = entry.Start - length;
                if (entry.Path != "[stack]" && Distance(below, near) < Reach) yield return below;
                if (!afterHeap && end != Lowest && Distance(end, near) < Reach) yield return end;
            }

            end = Math.Max(end, entry.End);
            afterHeap = entry.Path == "[heap]";
            if (end > near && end - near > Reach) yield break;
        }
    }

    private static ulong Distance(ulong a, ulong b) => a > b ? a - b : b - a;
}

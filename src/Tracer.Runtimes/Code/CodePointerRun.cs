using System.Buffers.Binary;
using Tracer.Elf;

namespace Tracer.Runtimes.Code;

/// <summary>Pointers to code that follow each other in an image's data: a table of functions or of labels.</summary>
/// <param name="Address">The link-time address of the first pointer.</param>
/// <param name="Targets">What they point to, link-time addresses.</param>
public sealed record CodePointerRun(ulong Address, IReadOnlyList<ulong> Targets)
{
    /// <summary>All runs of at least so many pointers, as they will be when the image is loaded.</summary>
    /// <param name="image">The image.</param>
    /// <param name="minimum">The least number of pointers, 2 or more.</param>
    public static IReadOnlyList<CodePointerRun> Find(ElfImage image, int minimum)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfLessThan(minimum, 2);
        var code = image.AddressMap.LoadSegments.Where(s => (s.Flags & ElfSegmentFlags.Execute) != 0).Select(s => (Start: s.VirtualAddress, s.FileSize)).ToArray();
        var runs = new List<CodePointerRun>();
        AddRelocated(image, code, minimum, runs);
        AddStored(image, code, minimum, runs);
        return runs;
    }

    private static void AddRelocated(ElfImage image, (ulong Start, ulong Size)[] code, int minimum, List<CodePointerRun> runs)
    {
        var relocations = new ElfRelocations(image);
        var pointers = new List<(ulong At, ulong Target)>();
        for (var k = 0; k < relocations.Count; k++)
        {
            var relocation = relocations[k];
            if (relocation.Type == ElfRelocationType.Relative && IsCode(code, (ulong)relocation.Addend))
                pointers.Add((relocation.Address, (ulong)relocation.Addend));
        }

        pointers.Sort();
        for (int start = 0, end; start < pointers.Count; start = end)
        {
            end = start + 1;
            while (end < pointers.Count && pointers[end].At == pointers[end - 1].At + 8)
                end++;
            if (end - start >= minimum)
                runs.Add(new CodePointerRun(pointers[start].At, [.. pointers[start..end].Select(p => p.Target)]));
        }
    }

    // Pointers of programs that are not relocated, and of packed relocations (DT_RELR), stand in the data itself.
    private static void AddStored(ElfImage image, (ulong Start, ulong Size)[] code, int minimum, List<CodePointerRun> runs)
    {
        foreach (var segment in image.AddressMap.LoadSegments)
        {
            if ((segment.Flags & ElfSegmentFlags.Execute) != 0 || !image.TryGetSegmentData(segment, out var data))
                continue;
            var bytes = data.Span;
            var first = (int)(-(long)segment.VirtualAddress & 7);
            var start = first;
            for (var at = first; ; at += 8)
            {
                var isInside = at + 8 <= bytes.Length;
                if (isInside && IsCode(code, BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..])))
                    continue;
                if ((at - start) / 8 >= minimum)
                    runs.Add(new CodePointerRun(segment.VirtualAddress + (ulong)start, Read(bytes[start..at])));
                if (!isInside)
                    break;
                start = at + 8;
            }
        }
    }

    private static ulong[] Read(ReadOnlySpan<byte> bytes)
    {
        var targets = new ulong[bytes.Length / 8];
        for (var k = 0; k < targets.Length; k++)
            targets[k] = BinaryPrimitives.ReadUInt64LittleEndian(bytes[(k * 8)..]);
        return targets;
    }

    private static bool IsCode((ulong Start, ulong Size)[] code, ulong address)
    {
        foreach (var (start, size) in code)
        {
            if (address - start < size)
                return true;
        }

        return false;
    }
}

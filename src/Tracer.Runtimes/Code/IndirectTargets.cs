using System.Buffers.Binary;
using Iced.Intel;
using Tracer.Elf;

namespace Tracer.Runtimes.Code;

/// <summary>
/// Collects every address inside a function that the image holds as data, and so every place where an indirect jump of it may lead: jump
/// tables (of pointers, or of 32-bit distances from the table's start) and addresses of labels. Too many rather than too few.
/// </summary>
public static class IndirectTargets
{
    // The longest jump table that is followed: a switch over a byte or over two has no more.
    private const int MaximumTable = 65_536;

    /// <summary>The addresses.</summary>
    /// <param name="image">The image.</param>
    /// <param name="function">The function's code.</param>
    public static IReadOnlySet<ulong> Collect(ElfImage image, CodeBlock function)
    {
        ArgumentNullException.ThrowIfNull(image);
        var targets = new HashSet<ulong>();
        AddRelocated(image, function, targets);
        AddStored(image, function, targets);
        AddTables(image, function, targets);
        return targets;
    }

    private static void AddRelocated(ElfImage image, CodeBlock function, HashSet<ulong> targets)
    {
        var relocations = new ElfRelocations(image);
        for (var k = 0; k < relocations.Count; k++)
        {
            var relocation = relocations[k];
            if (relocation.Type == ElfRelocationType.Relative && function.Contains((ulong)relocation.Addend))
                targets.Add((ulong)relocation.Addend);
        }
    }

    // Pointers of programs that are not relocated, and of packed relocations (DT_RELR), stand in the data itself.
    private static void AddStored(ElfImage image, CodeBlock function, HashSet<ulong> targets)
    {
        foreach (var segment in image.AddressMap.LoadSegments)
        {
            if ((segment.Flags & ElfSegmentFlags.Execute) != 0 || !image.TryGetSegmentData(segment, out var data))
                continue;
            var bytes = data.Span;
            for (var at = (int)(-(long)segment.VirtualAddress & 7); at + 8 <= bytes.Length; at += 8)
            {
                var value = BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);
                if (function.Contains(value))
                    targets.Add(value);
            }
        }
    }

    // Position-independent switches: lea table(%rip), %a; movslq (%a,%i,4), %b; add %a, %b; jmp *%b.
    private static void AddTables(ElfImage image, CodeBlock function, HashSet<ulong> targets)
    {
        var decoder = Decoder.Create(64, function.Bytes.ToArray());
        decoder.IP = function.Address;
        while (decoder.IP < function.End)
        {
            decoder.Decode(out var instruction);
            if (instruction.Mnemonic != Mnemonic.Lea || !instruction.IsIPRelativeMemoryOperand)
                continue;
            var table = instruction.IPRelativeMemoryAddress;
            if (function.Contains(table))
            {
                targets.Add(table);
                continue;
            }

            var bytes = image.DataFrom(table).Span;
            for (var at = 0; at + 4 <= bytes.Length && at < MaximumTable * 4; at += 4)
            {
                var target = table + (ulong)(long)BinaryPrimitives.ReadInt32LittleEndian(bytes[at..]);
                if (!function.Contains(target))
                    break;
                targets.Add(target);
            }
        }
    }
}

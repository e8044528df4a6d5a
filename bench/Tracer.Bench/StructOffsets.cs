using System.Diagnostics;
using System.Globalization;
using Tracer.Elf;
using Tracer.Elf.Dwarf;
using Tracer.Linux;

namespace Tracer.Bench;

/// <summary>Opens a file and finds structures in its DWARF, once and cold: nothing of it has run in this process before.</summary>
internal static class StructOffsets
{
    /// <summary>Prints <c>ns found members</c>: the time of it all, how many structures were found and how many members they have in all.</summary>
    public static int Run(string path, string[] names)
    {
        var started = Stopwatch.GetTimestamp();
        using var file = MappedFile.Open(LinuxSystemCalls.Instance, path).Value;
        if (!ElfImage.TryParse(file.Memory, out var image, out var diagnostic))
        {
            Console.Error.WriteLine(diagnostic);
            return 1;
        }

        var structs = new DwarfReader(DwarfFile.Load(image!, typesOnly: true)).Types.FindStructs(names);
        var members = structs.Values.Sum(s => s.Members.Count);
        var elapsed = Stopwatch.GetElapsedTime(started);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{elapsed.TotalNanoseconds:0} {structs.Count} {members}"));
        return structs.Count == names.Length ? 0 : 1;
    }
}

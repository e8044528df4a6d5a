using Tracer.Elf;
using Tracer.Runtimes.Code;

namespace Tracer.Runtimes.Python;

/// <summary>
/// The table <c>opcode_targets</c> of CPython's evaluation loop (Python/opcode_targets.h): for each of the 256 opcodes the address of the code that carries it
/// out, its handler. It is a static array that is in no symbol table of a stripped file, so it is found by what is in it.
/// </summary>
/// <param name="Address">The link-time address of the table.</param>
/// <param name="Handlers">The 256 handlers' link-time addresses.</param>
public sealed record DispatchTable(ulong Address, IReadOnlyList<ulong> Handlers)
{
    private const int Size = 256;

    // Handlers are in one function, which compilers split into at most two parts.
    private const ulong LargestSpread = 4 << 20;

    /// <summary>
    /// All tables that may be it: exactly the opcodes that no instruction has share one handler, and those asked for have one each.
    /// </summary>
    /// <param name="image">The file with the interpreter.</param>
    /// <param name="opcodes">The numbers of its version.</param>
    public static IReadOnlyList<DispatchTable> Find(ElfImage image, PythonOpcodes opcodes)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(opcodes);
        var tables = new List<DispatchTable>();
        // Linkers may write what a relocation will put there into the file as well.
        foreach (var run in CodePointerRun.Find(image, Size))
        {
            for (var first = 0; first + Size <= run.Targets.Count; first++)
            {
                if (Matches(run.Targets, first, opcodes) && !tables.Any(t => t.Address == run.Address + (ulong)first * 8))
                    tables.Add(new DispatchTable(run.Address + (ulong)first * 8, [.. run.Targets.Skip(first).Take(Size)]));
            }
        }

        return tables;
    }

    private static bool Matches(IReadOnlyList<ulong> targets, int first, PythonOpcodes opcodes)
    {
        var unknown = targets[first + opcodes.Unassigned[0].First];
        ulong lowest = ulong.MaxValue, highest = 0;
        foreach (var (from, to) in opcodes.Unassigned)
        {
            for (var k = (int)from; k <= to; k++)
            {
                if (targets[first + k] != unknown)
                    return false;
            }
        }

        for (var k = 0; k < Size; k++)
        {
            var handler = targets[first + k];
            if (handler == unknown && !opcodes.IsUnassigned(k))
                return false;
            (lowest, highest) = (Math.Min(lowest, handler), Math.Max(highest, handler));
        }

        var named = opcodes.All.Select(o => targets[first + o]).ToArray();
        return highest - lowest <= LargestSpread && named.Distinct().Count() == named.Length;
    }
}

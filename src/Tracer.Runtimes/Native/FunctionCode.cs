using Tracer.Elf.Dwarf;
using Tracer.Runtimes.Code;

namespace Tracer.Runtimes.Native;

/// <summary>Finds a function's code: from its debugging information, its symbol, else from call frame information, which every function has for unwinding.</summary>
internal static class FunctionCode
{
    // The largest functions there are (interpreters, generated parsers) have some hundred KB; a lying size must not make us decode a whole library.
    private const ulong Largest = 4 << 20;

    /// <summary>The parts, that with the entry first; null when the bounds are unknown.</summary>
    /// <param name="module">The module.</param>
    /// <param name="function">The function.</param>
    /// <param name="debug">Its debugging information, if any.</param>
    public static FunctionBody? Find(NativeModule module, NativeFunction function, DwarfSubprogram? debug)
    {
        var blocks = new List<CodeBlock>();
        if (debug is not null && debug.Ranges.Any(r => r.Low == function.Address))
        {
            foreach (var range in debug.Ranges.OrderBy(r => r.Low == function.Address ? 0 : 1))
                Add(module, blocks, range.Low, range.High - range.Low);
        }
        else if (function.Size > 0)
        {
            Add(module, blocks, function.Address, function.Size);
        }
        else if (module.TryFindBounds(function.Address, out _, out var end))
        {
            Add(module, blocks, function.Address, end - function.Address);
        }

        if (blocks.Count == 0 || blocks[0].Address != function.Address)
            return null;
        // gcc's unlikely part, when nobody else tells of it.
        if (blocks.Count == 1 && module.Symbols.FindExact(function.Name + ".cold") is { Size: > 0 } cold)
            Add(module, blocks, cold.Address, cold.Size);
        return FunctionBody.Decode(blocks);
    }

    /// <summary>The code from an address to the end of its segment, cut to what a look at the first instructions needs.</summary>
    public static CodeBlock Start(NativeModule module, ulong address)
    {
        var bytes = module.Image.DataFrom(address);
        return new CodeBlock(address, bytes[..Math.Min(bytes.Length, 32)]);
    }

    private static void Add(NativeModule module, List<CodeBlock> blocks, ulong address, ulong size)
    {
        var bytes = module.Image.DataFrom(address);
        if (size <= Largest && size <= (ulong)bytes.Length)
            blocks.Add(new CodeBlock(address, bytes[..(int)size]));
    }
}

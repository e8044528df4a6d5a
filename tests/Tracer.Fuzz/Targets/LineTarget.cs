using Tracer.Elf.Dwarf;

namespace Tracer.Fuzz.Targets;

/// <summary>Source lines of DWARF both ways, inlined functions, .debug_aranges.</summary>
public sealed class LineTarget : FuzzTarget
{
    /// <inheritdoc/>
    public override string Name => "lines";

    /// <inheritdoc/>
    public override int Count => 1_500;

    /// <inheritdoc/>
    public override long AllocationLimit(int length) => (512L * length) + (4 << 20);

    /// <inheritdoc/>
    public override byte[] Mutate(byte[] input, Mutator mutator) => SectionBundle.Mutate(input, mutator, Words, MaximumLength);

    /// <inheritdoc/>
    public override void Run(byte[] input, Outcome outcome)
    {
        var reader = new DwarfReader(DwarfTarget.Sections(input));
        foreach (var address in (ulong[])[0, 0x1139, 0x1140, 0x1150, 0x401136, 0x401150, ulong.MaxValue])
        {
            if (reader.Lines.TryFind(address, out var location))
                outcome.Add("line", location.Line);
            outcome.Add("frames", reader.Lines.FramesAt(address).Count);
            outcome.Add("functions", reader.Lines.FunctionsAt(address).Count);
            outcome.Add($"{reader.Lines.TryFindPrologueEnd(address, unchecked(address + 0x40), out _)}");
        }

        foreach (var line in (uint[])[0, 1, 10, 20, uint.MaxValue])
            outcome.Add("addresses", reader.Lines.FindAddresses("seed.c", line).Count);
        foreach (var diagnostic in reader.Diagnostics)
            outcome.Add(diagnostic.Id);
    }
}

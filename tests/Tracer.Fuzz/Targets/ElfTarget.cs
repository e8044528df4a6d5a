using Tracer.Elf;
using Tracer.Elf.Sdt;
using Tracer.Testing;

namespace Tracer.Fuzz.Targets;

/// <summary>ELF images: headers, segments, sections, symbols, relocations, the dynamic table, the address map.</summary>
public sealed class ElfTarget : FuzzTarget
{
    /// <inheritdoc/>
    public override string Name => "elf";

    /// <inheritdoc/>
    public override int Count => 3_000;

    /// <inheritdoc/>
    public override int MaximumLength => 64 << 10;

    /// <inheritdoc/>
    public override IEnumerable<byte[]> Seeds
    {
        get
        {
            yield return Sample(ElfClass.Elf64).Build();
            yield return Sample(ElfClass.Elf32).Build();
            yield return Sample(ElfClass.Elf64).WithExtendedNumbering().Build();
            yield return Sample(ElfClass.Elf64).WithoutSectionHeaders().Build();
        }
    }

    /// <inheritdoc/>
    public override void Run(byte[] input, Outcome outcome)
    {
        if (!ElfImage.TryParse(input, out var image, out var diagnostic))
        {
            outcome.Add(diagnostic!.Id);
            return;
        }

        foreach (var problem in image!.Diagnostics)
            outcome.Add(problem.Id);
        foreach (var section in image.Sections)
        {
            outcome.Add($"{section.Type} {image.SectionName(section).Length > 0}");
            if (!image.TryGetSectionData(section, out _, out var why))
                outcome.Add(why?.Id);
            foreach (var note in image.Notes(section))
                outcome.Add("note", note.Descriptor.Length);
        }

        foreach (var segment in image.Segments)
        {
            outcome.Add($"{segment.Type} {image.TryGetSegmentData(segment, out _)}");
            outcome.Add($"bias {image.AddressMap.TryGetLoadBias(0x7f0000000000, segment.FileOffset, true, out _)}");
            foreach (var note in image.Notes(segment))
                outcome.Add("segment note", note.Descriptor.Length);
        }

        outcome.Add($"{image.IsExecutable} {image.Interpreter is null} {image.BuildIdString is null} {image.DebugLink is null} {image.MiniDebugInfo is null} {image.AddressMap.LowestAddress == 0}");
        foreach (var table in new[] { image.SymbolTable, image.DynamicSymbols, image.MiniDebugInfo?.SymbolTable })
        {
            if (table is null)
                continue;
            foreach (var symbol in table)
            {
                _ = table.NameString(symbol);
                _ = table.FileOf(symbol);
            }

            outcome.Add("symbols", table.Count);
            outcome.Add($"{table.TryFind("glob", out _)} {table.TryFindContaining(image.EntryPoint, out _)}");
            var index = new ElfSymbolIndex(table);
            outcome.Add($"{index.TryFind(image.EntryPoint, out _)} {index.TryFindUnsized(image.EntryPoint, out _)} {index.TryFind(ulong.MaxValue, out _)}");
        }

        var relocations = new ElfRelocations(image);
        outcome.Add("relocations", relocations.Count);
        outcome.Add($"{relocations.TryFindGotSlot("glob"u8, image.EntryPoint, out _)} {relocations.TryFindTlsSlot("glob"u8, 4, out _)}");
        var resolver = new SdtOperandResolver(image);
        foreach (var text in new[] { "8@glob@GOTPCREL(%rip)", "8@%fs:glob@tpoff", "-4@loc+8(%rip)" })
            outcome.Add($"{resolver.Resolve(SdtArgument.Parse(text), image.EntryPoint).GetType().Name}");
    }

    /// <inheritdoc/>
    public override byte[] Mutate(byte[] input, Mutator mutator)
    {
        ArgumentNullException.ThrowIfNull(mutator);
        if (input.Length < 64 || mutator.Random.Next(3) == 0)
            return base.Mutate(input, mutator);
        // A field of a header table, or of what a section has.
        var bytes = (byte[])input.Clone();
        for (var times = mutator.Random.Next(1, 6); times > 0; times--)
        {
            var (start, length) = mutator.Random.Next(4) switch
            {
                0 => (16L, 48L),
                1 => (Word(bytes, 32) + (mutator.Random.Next(1 + bytes[56]) * 56), 56),
                2 => (Word(bytes, 40) + (mutator.Random.Next(1 + bytes[60]) * 64), 64),
                _ => Contents(bytes, mutator),
            };
            if (start < 0 || length <= 0 || start > bytes.Length - 8)
                continue;
            var at = (int)start + (mutator.Random.Next((int)Math.Min(length, 4096)) / 4 * 4);
            var part = mutator.Mutate(new byte[8], Words, 8);
            for (var k = 0; k < part.Length && at + k < bytes.Length; k++)
                bytes[at + k] = part[k];
        }

        return bytes;
    }

    internal static ElfBuilder Sample(ElfClass @class) => new ElfBuilder()
        .Machine(@class == ElfClass.Elf64 ? ElfMachine.X64 : ElfMachine.I386, @class)
        .Entry(0x1010)
        .AddSection(".text", new byte[0x100], 0x1000, flags: ElfSectionFlags.Execute)
        .AddSection(".stapsdt.base", [0], 0x3000)
        .AddSymbol("glob", 0x1010, 8).AddFileSymbol("a.c").AddSymbol("loc", 0x1020, 8, binding: ElfSymbolBinding.Local)
        .AddDynamicSymbol("glob", 0x1010, 8)
        .AddBuildId(1, 2, 3, 4).AddDebugLink("a.debug", 7)
        .AddSdtNotes(
            ElfBuilder.SdtNote("p", "n", 0x1010, "8@%rax -4@glob(%rip)", 0x1050, 0x3000),
            ElfBuilder.SdtNote("p", "m", 0x1020, "8@$loc 4@4(%rsp) -4@%fs:t@tpoff", 0, 0x3000));

    private static (long Start, long Length) Contents(byte[] bytes, Mutator mutator)
    {
        var header = Word(bytes, 40) + (mutator.Random.Next(1 + bytes[60]) * 64);
        return header < 0 || header > bytes.Length - 64 ? (-1, 0) : (Word(bytes, (int)header + 24), Word(bytes, (int)header + 32));
    }

    private static long Word(byte[] bytes, int at) => BitConverter.ToInt64(bytes, at);
}

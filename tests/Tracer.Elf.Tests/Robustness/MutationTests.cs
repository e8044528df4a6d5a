using System.Diagnostics;
using Tracer.Elf.Sdt;
using Xunit;

namespace Tracer.Elf.Tests.Robustness;

/// <summary>
/// Random damage to real binaries: no exception escapes a reader, none hangs, and what is allocated is bounded by the file's size.
/// </summary>
public class MutationTests
{
    private const int Mutations = 10_000;

    // What parsing and reading may allocate beyond the file's own size: strings of notes, lookups, diagnostics.
    private const long Constant = 512 * 1024;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Damaged_binaries_are_read_without_harm(int seed)
    {
        var sources = Sources().ToList();
        Assert.NotEmpty(sources);
        var random = new Random(seed);
        var parsed = 0;
        var slowest = TimeSpan.Zero;
        for (var i = 0; i < Mutations / 2; i++)
        {
            var bytes = Mutate(sources[i % sources.Count], random);
            var before = GC.GetAllocatedBytesForCurrentThread();
            var start = Stopwatch.GetTimestamp();
            if (ElfImage.TryParse(bytes, out var image, out var diagnostic))
            {
                parsed++;
                ReadEverything(image!);
            }
            else
            {
                Assert.NotNull(diagnostic);
            }
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            var elapsed = Stopwatch.GetElapsedTime(start);
            slowest = elapsed > slowest ? elapsed : slowest;
            Assert.True(allocated <= (4L * bytes.Length) + Constant, $"mutation {i} of seed {seed}: {allocated} bytes for a file of {bytes.Length}");
        }
        Assert.True(parsed > Mutations / 4, $"only {parsed} were parsed at all");
        Assert.True(slowest < TimeSpan.FromSeconds(5), $"the slowest took {slowest}");
    }

    private static void ReadEverything(ElfImage image)
    {
        foreach (var section in image.Sections)
        {
            _ = image.SectionName(section);
            _ = image.TryGetSectionData(section, out _, out _);
            foreach (var note in image.Notes(section))
                _ = note.Descriptor;
        }
        foreach (var segment in image.Segments)
        {
            _ = image.TryGetSegmentData(segment, out _);
            _ = image.AddressMap.TryGetLoadBias(0x7f0000000000, segment.FileOffset, true, out _);
        }
        _ = (image.BuildIdString, image.DebugLink, image.Interpreter, image.IsExecutable, image.MiniDebugInfo);
        foreach (var table in new[] { image.SymbolTable, image.DynamicSymbols, image.MiniDebugInfo?.SymbolTable })
        {
            if (table is null)
                continue;
            foreach (var symbol in table)
                _ = table.Name(symbol).Length;
            _ = table.TryFind("malloc", out _);
            _ = table.TryFindContaining(image.EntryPoint, out _);
        }
        var relocations = new ElfRelocations(image);
        _ = relocations.TryFindGotSlot("stdout"u8, image.EntryPoint, out _);
        _ = relocations.TryFindTlsSlot("errno"u8, 4, out _);
        var resolver = new SdtOperandResolver(image);
        foreach (var note in SdtReader.Read(image).Notes)
            _ = resolver.Resolve(note);
        _ = resolver.Resolve(SdtArgument.Parse("8@stdout@GOTPCREL(%rip)"), image.EntryPoint);
        _ = resolver.Resolve(SdtArgument.Parse("8@%fs:errno@tpoff"), image.EntryPoint);
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        var bytes = (byte[])original.Clone();
        switch (random.Next(6))
        {
            case 0: // truncation
                return bytes[..random.Next(bytes.Length)];
            case 1: // bytes anywhere
                for (var i = random.Next(1, 200); i > 0; i--)
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                break;
            case 2: // the ELF header behind its identification
                for (var i = random.Next(1, 4); i > 0; i--)
                    Damage(bytes, 16, 48, random);
                break;
            case 3: // program headers
                DamageTable(bytes, Read(bytes, 32), 56, BitConverter.ToUInt16(bytes, 56), random);
                break;
            case 4: // section headers
                DamageTable(bytes, Read(bytes, 40), 64, BitConverter.ToUInt16(bytes, 60), random);
                break;
            default: // the contents of a section: notes, symbols, hash tables, the dynamic table
                var header = (int)Read(bytes, 40) + (random.Next(BitConverter.ToUInt16(bytes, 60)) * 64);
                var (start, size) = (Read(bytes, header + 24), Read(bytes, header + 32));
                if (start < bytes.Length && size > 8 && start + size <= bytes.Length)
                {
                    for (var i = random.Next(1, 20); i > 0; i--)
                        Damage(bytes, (int)start, (int)Math.Min(size, 4096), random);
                }
                break;
        }
        return bytes;
    }

    private static void DamageTable(byte[] bytes, long offset, int entrySize, int count, Random random)
    {
        for (var i = random.Next(1, 6); i > 0; i--)
            Damage(bytes, (int)offset + (random.Next(count) * entrySize), entrySize, random);
    }

    // Puts a value that readers trip over at an aligned place.
    private static void Damage(byte[] bytes, int start, int length, Random random)
    {
        ulong[] interesting = [0, 1, 2, 0x7f, 0xff, 0x800, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 0x7fffffffffffffff, 0x8000000000000000, ulong.MaxValue, (ulong)bytes.Length];
        var width = 1 << random.Next(4);
        var at = start + (random.Next(length) / width * width);
        var value = random.Next(2) == 0 ? interesting[random.Next(interesting.Length)] : (ulong)random.NextInt64();
        for (var i = 0; i < width && at + i < bytes.Length; i++)
            bytes[at + i] = (byte)(value >> (8 * i));
    }

    private static long Read(byte[] bytes, int offset) => offset >= 0 && offset + 8 <= bytes.Length ? (long)BitConverter.ToUInt64(bytes, offset) : long.MaxValue;

    private static IEnumerable<byte[]> Sources()
    {
        yield return new Testing.ElfBuilder()
            .AddSection(".text", new byte[0x100], 0x1000, flags: ElfSectionFlags.Execute)
            .AddSection(".stapsdt.base", [0], 0x3000)
            .AddSymbol("glob", 0x1010, 8).AddFileSymbol("a.c").AddSymbol("loc", 0x1020, 8, binding: ElfSymbolBinding.Local)
            .AddZlibSection(".debug_info", new byte[5000]).AddGnuCompressedSection(".zdebug_str", new byte[5000])
            .AddBuildId(1, 2, 3, 4).AddDebugLink("a.debug", 7)
            .AddSdtNotes(
                Testing.ElfBuilder.SdtNote("p", "n", 0x1010, "8@%rax -4@glob(%rip)", 0x1050, 0x3000),
                Testing.ElfBuilder.SdtNote("p", "m", 0x1020, "8@$loc 4@4(%rsp) -4@%fs:t@tpoff", 0, 0x3000))
            .Build();
        // The notes of big binaries, in small files: copying megabytes for each mutation would only cost time.
        foreach (var path in new[] { "/usr/bin/python3.11", "/usr/bin/php8.2" })
        {
            if (!File.Exists(path) || !TestFiles.Open(path).TryGetSectionData(".note.stapsdt", out var notes, out _))
                continue;
            yield return new Testing.ElfBuilder()
                .AddSection(".text", new byte[0x1000], 0x420000, flags: ElfSectionFlags.Execute)
                .AddSection(".stapsdt.base", [0], 0x8c99c0)
                .AddSection(".note.stapsdt", notes.Span, type: ElfSectionType.Note, alignment: 4)
                .Build();
        }
        foreach (var path in new[] { "/bin/ls", "/bin/true", "/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2", "/usr/lib/x86_64-linux-gnu/crt1.o" })
        {
            if (File.Exists(path))
                yield return File.ReadAllBytes(path);
        }
    }
}

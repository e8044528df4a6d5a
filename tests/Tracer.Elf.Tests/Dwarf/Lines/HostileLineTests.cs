using System.Diagnostics;
using Tracer.Elf.Dwarf;
using Xunit;

namespace Tracer.Elf.Tests.Dwarf.Lines;

/// <summary>Random damage to line tables: nothing thrown, nothing hangs, what is allocated stays within the size of the input.</summary>
public sealed class HostileLineTests
{
    [Theory]
    [InlineData("gcc -gdwarf-2 -O2", 2_500)]
    [InlineData("gcc -gdwarf-4 -O2", 2_500)]
    [InlineData("gcc -gdwarf-5 -O2", 2_500)]
    [InlineData("clang -gdwarf-5 -O2", 2_500)]
    public void Mutations_are_survived(string compilation, int count)
    {
        var (image, _) = CompiledLineTests.Compile(compilation);
        var sections = DwarfFile.Load(image);
        var random = new Random(7);
        for (int i = 0; i < count; i++)
            Use(With(sections, Damage(sections.Line, random), i % 4 == 0 ? Damage(sections.Aranges, random) : sections.Aranges), i);
    }

    [Fact]
    public void Every_truncation_is_survived()
    {
        var (image, _) = CompiledLineTests.Compile("gcc -gdwarf-5 -O2");
        var sections = DwarfFile.Load(image);
        for (int length = 0; length < sections.Line.Length; length++)
            Use(With(sections, sections.Line[..length], sections.Aranges), length);
    }

    private static DwarfSections With(DwarfSections sections, ReadOnlyMemory<byte> line, ReadOnlyMemory<byte> aranges) => new()
    {
        Info = sections.Info,
        Abbrev = sections.Abbrev,
        Str = sections.Str,
        LineStr = sections.LineStr,
        RngLists = sections.RngLists,
        Ranges = sections.Ranges,
        Line = line,
        Aranges = aranges,
    };

    private static byte[] Damage(ReadOnlyMemory<byte> bytes, Random random)
    {
        byte[] copy = bytes.ToArray();
        for (int n = random.Next(1, 8); n > 0 && copy.Length > 0; n--)
            copy[random.Next(copy.Length)] = random.Next(4) switch { 0 => 0, 1 => 0xff, 2 => 0x80, _ => (byte)random.Next(256) };
        return copy;
    }

    private static void Use(DwarfSections sections, int number)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        long started = Stopwatch.GetTimestamp();
        var reader = new DwarfReader(sections);
        foreach (var address in reader.Lines.FindAddresses("lines.c", 6))
            _ = reader.Lines.FramesAt(address.Address).Count;
        for (ulong address = 0x1000; address < 0x1400; address += 0x40)
            _ = (reader.Lines.TryFind(address, out _), reader.Lines.FramesAt(address).Count);
        _ = reader.Lines.TryFindPrologueEnd(0x1100, 0x1200, out _);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(5), $"number {number}");
    }
}

using System.Diagnostics;
using Tracer.Elf.Dwarf.Frames;
using Xunit;

namespace Tracer.Elf.Tests.Dwarf.Frames;

/// <summary>The same rows whichever way a file brings them: with a search table, without, without section headers, in .debug_frame.</summary>
public sealed class FrameSectionTests
{
    [Theory]
    [InlineData("-Wl,--no-eh-frame-hdr")]
    [InlineData("-fno-asynchronous-unwind-tables -g")]
    [InlineData("-fno-asynchronous-unwind-tables -g -gdwarf64")]
    [InlineData("-fno-asynchronous-unwind-tables -gdwarf-2")]
    public void Rows_are_found_without_a_search_table(string flags)
    {
        var plain = Compile("");
        var other = Compile(flags);
        var expected = FrameTable.Load(plain);
        var actual = FrameTable.Load(other);
        foreach (string name in (string[])["first", "second"])
        {
            Assert.True(plain.SymbolTable!.TryFind(name, out var one));
            Assert.True(other.SymbolTable!.TryFind(name, out var two));
            Assert.Equal(one.Size, two.Size);
            var (left, right) = (default(UnwindRow), default(UnwindRow));
            for (ulong i = 0; i < one.Size; i++)
            {
                Assert.True(expected.TryFindRow(one.Value + i, ref left));
                Assert.True(actual.TryFindRow(two.Value + i, ref right));
                Assert.Equal(left.Cfa, right.Cfa);
                for (int register = 0; register < UnwindRow.RegisterCount; register++)
                    Assert.Equal(left[register], right[register]);
                Assert.Equal(two.Value, right.Start);
                Assert.Equal(two.Value + two.Size, right.End);
            }
        }
        var none = default(UnwindRow);
        Assert.False(actual.TryFindRow(0, ref none));
        Assert.False(actual.TryFindRow(ulong.MaxValue, ref none));
    }

    [Fact]
    public void Rows_are_found_without_section_headers()
    {
        byte[] file = File.ReadAllBytes("/lib/x86_64-linux-gnu/libc.so.6");
        Array.Clear(file, 40, 8); // e_shoff
        Array.Clear(file, 60, 4); // e_shnum, e_shstrndx
        Assert.True(ElfImage.TryParse(file, out var bare, out _));
        var image = TestFiles.Open("/lib/x86_64-linux-gnu/libc.so.6");
        var (expected, actual) = (FrameTable.Load(image), FrameTable.Load(bare!));
        Assert.True(image.TryFindSection(".text", out var text));
        var (left, right) = (default(UnwindRow), default(UnwindRow));
        for (ulong address = text.Address; address < text.Address + text.Size; address += 97)
        {
            Assert.Equal(expected.TryFindRow(address, ref left), actual.TryFindRow(address, ref right));
            Assert.Equal(left.Cfa.Kind == CfaRuleKind.Expression ? default : left.Cfa, right.Cfa.Kind == CfaRuleKind.Expression ? default : right.Cfa);
        }
    }

    [Fact]
    public void The_trampoline_of_signals_says_so()
    {
        var image = TestFiles.Open("/lib/x86_64-linux-gnu/libc.so.6");
        var table = FrameTable.Load(image);
        var row = default(UnwindRow);
        // mov $15, %rax; syscall: __restore_rt, which has no symbol in a stripped libc.
        int at = image.Bytes.Span.IndexOf((ReadOnlySpan<byte>)[0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05]);
        Assert.True(image.AddressMap.TryGetAddress((ulong)at, out ulong address));
        Assert.True(table.TryFindRow(address, ref row));
        Assert.True(row.IsSignalFrame);
        Assert.Equal(CfaRuleKind.Expression, row.Cfa.Kind);
        Assert.Equal(RegisterRuleKind.Expression, row[16].Kind);
    }

    private static ElfImage Compile(string flags)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/gcc"), "gcc is not installed.");
        string directory = Directory.CreateTempSubdirectory("frames").FullName;
        try
        {
            string binary = Path.Combine(directory, "frames");
            string[] words = flags.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            using var process = Process.Start("/usr/bin/gcc", ["-O2", "-w", .. words, "-o", binary, RealFiles.PathOf("Lines/lines.c")]);
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
            return TestFiles.Open(binary);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}

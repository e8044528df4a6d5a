using System.Diagnostics;
using System.Text;
using CsCheck;
using Tracer.Elf.Sdt;
using Tracer.Testing;
using Xunit;

namespace Tracer.Elf.Tests.Xz;

/// <summary>.gnu_debugdata, with the xz tool as the encoder.</summary>
public class MiniDebugInfoTests
{
    private static byte[] Compress(byte[] data, params string[] options)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/xz"), "xz (xz-utils) is not installed");
        using var process = Process.Start(new ProcessStartInfo("/usr/bin/xz", ["-c", .. options]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var output = new MemoryStream();
        var reading = process.StandardOutput.BaseStream.CopyToAsync(output, TestContext.Current.CancellationToken);
        process.StandardInput.BaseStream.Write(data);
        process.StandardInput.Close();
        reading.Wait(TestContext.Current.CancellationToken);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output.ToArray();
    }

    private static ElfBuilder Stripped(byte[] debugData) => new ElfBuilder()
        .AddSection(".text", new byte[0x100], 0x1000, flags: ElfSectionFlags.Execute).AddSection(".gnu_debugdata", debugData);

    // An ELF file with a .symtab and with pad bytes of every kind the encoder treats differently.
    private static byte[] Symbols(byte[] pad) => new ElfBuilder()
        .AddSection(".text", new byte[0x100], 0x1000, flags: ElfSectionFlags.Execute)
        .AddSymbol("hidden_function", 0x1010, 16, ElfSymbolType.Function)
        .AddSection(".pad", pad).Build();

    public static TheoryData<string> Options() => ["-0", "-6", "-9e", "--check=crc32", "--check=sha256", "--check=none", "-T2",
        "--block-size=20000", "--lzma2=preset=6,lc=0,lp=4,pb=0", "--lzma2=preset=6,lc=4,lp=0,pb=4", "--lzma2=preset=1,nice=8,dict=4KiB"];

    [Theory]
    [MemberData(nameof(Options))]
    public void Symbols_compressed_in_any_way_are_found(string option)
    {
        var random = new Random(1);
        var noise = new byte[70_000];
        random.NextBytes(noise);
        var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 20_000).Select(i => $"symbol_{i * 7919 % 1000}_{(char)('a' + (i % 26))} ")));
        byte[] pad = [.. text, .. noise, .. new byte[30_000], .. text, .. noise.AsSpan(1, 5000)];
        var original = Symbols(pad);
        var image = Stripped(Compress(original, option)).BuildImage();
        var inner = image.ReadMiniDebugInfo(out var diagnostic);
        Assert.Null(diagnostic);
        Assert.Equal(original, inner!.Bytes.ToArray());
        Assert.True(image.MiniDebugInfo!.SymbolTable!.TryFind("hidden_function", out var symbol));
        Assert.Equal(0x1010UL, symbol.Value);
    }

    [Fact]
    public void The_program_of_this_machine_survives_the_way_through_xz()
    {
        var original = File.ReadAllBytes("/bin/ls");
        Assert.Equal(original, Stripped(Compress(original)).BuildImage().ReadMiniDebugInfo(out _)!.Bytes.ToArray());
    }

    [Fact]
    public void An_operand_is_resolved_by_mini_debug_info()
    {
        var image = Stripped(Compress(Symbols([]))).BuildImage();
        Assert.Equal(new AddressOperand(8, false, false, 0x1010), new SdtOperandResolver(image).Resolve(SdtArgument.Parse("8@$hidden_function"), 0x1000));
    }

    [Fact]
    public void What_is_no_xz_stream_or_holds_no_elf_file_is_told()
    {
        foreach (var bytes in new[] { new byte[40], Compress(new byte[100]), Compress(Symbols([]))[..100], Compress(Symbols([]), "--x86", "--lzma2") })
        {
            var image = Stripped(bytes).BuildImage();
            Assert.Null(image.ReadMiniDebugInfo(out var diagnostic));
            Assert.Equal("ELF040", diagnostic!.Id);
            Assert.Null(image.MiniDebugInfo);
        }
    }

    [Fact]
    public void A_stream_that_expands_beyond_measure_is_refused()
    {
        var bomb = Compress(new byte[50_000_000]);
        Assert.True(bomb.Length < 10_000);
        var image = Stripped(bomb).BuildImage();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Null(image.ReadMiniDebugInfo(out var diagnostic));
        Assert.Contains("expands beyond", diagnostic!.Message, StringComparison.Ordinal);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 4_000_000);
    }

    [Fact]
    public void Damaged_streams_are_read_without_harm()
    {
        var good = Compress(Symbols([.. File.ReadAllBytes("/bin/true").AsSpan(0, 8000)]));
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte).Array[1, 4].Sample(damage =>
        {
            var bytes = (byte[])good.Clone();
            foreach (var (at, value) in damage)
                bytes[at] = value;
            var image = Stripped(bytes).BuildImage();
            var inner = image.ReadMiniDebugInfo(out var diagnostic);
            return (inner is null) == (diagnostic is not null);
        }, iter: 2_000);
    }
}

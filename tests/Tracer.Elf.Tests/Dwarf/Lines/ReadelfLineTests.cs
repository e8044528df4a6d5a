using System.Diagnostics;
using Tracer.Elf.Dwarf;
using Xunit;

namespace Tracer.Elf.Tests.Dwarf.Lines;

/// <summary>Every row of the line tables of real files against readelf's.</summary>
public sealed class ReadelfLineTests
{
    [Theory]
    [InlineData("2.7")]
    [InlineData("3.11")]
    public void Every_address_has_the_line_that_readelf_decodes(string version)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/readelf"), "binutils is not installed.");
        string path = RealFiles.LibPythonPath(version);
        var expected = new Dictionary<ulong, string>();
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"readelf -W --debug-dump=decodedline {path} 2>/dev/null"]) { RedirectStandardOutput = true })!;
        while (process.StandardOutput.ReadLine() is { } line)
        {
            // file, line ("-" at the end of a sequence), address, view, "x" for a statement
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 3 || !words[2].StartsWith("0x", StringComparison.Ordinal))
                continue;
            ulong at = Convert.ToUInt64(words[2], 16);
            if (words[1] != "-")
                expected[at] = $"{words[0]}:{words[1]}";
            else
                expected.Remove(at); // a row without code
        }
        process.WaitForExit();
        Assert.InRange(expected.Count, 100_000, int.MaxValue);

        var lines = new DwarfReader(DwarfFile.Load(TestFiles.Open(path))).Lines;
        foreach (var (address, place) in expected)
        {
            Assert.True(lines.TryFind(address, out var location), $"0x{address:x} {place}");
            Assert.Equal($"0x{address:x} {place}", $"0x{address:x} {Path.GetFileName(location.File)}:{location.Line}");
        }
    }
}

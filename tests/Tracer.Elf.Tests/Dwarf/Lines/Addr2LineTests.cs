using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Tracer.Elf.Dwarf;
using Tracer.Elf.Dwarf.Lines;
using Xunit;

namespace Tracer.Elf.Tests.Dwarf.Lines;

/// <summary>Lines and inlined functions of real files against binutils' addr2line.</summary>
public sealed class Addr2LineTests
{
    private const int Samples = 3_000;

    // addr2line 2.40 mistakes the innermost file where DWARF 5 lists one name twice; readelf, which is right, is another test's oracle.
    private static readonly Regex FirstFile = new(@" [^ ]+:");

    // Clones made by gcc have names of their own in the symbol table, which addr2line prefers.
    private static readonly Regex Clone = new(@"(\.(part|constprop|isra|lto_priv|cold)(\.\d+)?)+$");

    [Theory]
    [InlineData("2.7")]
    [InlineData("3.8")]
    [InlineData("3.11")]
    [InlineData("deb3.11")]
    public void Lines_and_inlined_functions_are_those_of_addr2line(string version)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/addr2line"), "binutils is not installed.");
        string path = RealFiles.LibPythonPath(version);
        var image = TestFiles.Open(path);
        var lines = new DwarfReader(DwarfFile.Load(image)).Lines;
        ulong[] addresses = Sample(image);
        var expected = RunAddr2Line(path, addresses);
        int different = 0, compared = 0;
        var examples = new List<string>();
        foreach (ulong address in addresses)
        {
            var frames = lines.FramesAt(address);
            // Between functions addr2line names the symbol before.
            if (frames.Count == 0 || frames[0].Name is null)
                continue;
            compared++;
            string actual = string.Join(" < ", frames.Select(Print));
            if (FirstFile.Replace(actual, ":", 1) == FirstFile.Replace(expected[address], ":", 1))
                continue;
            different++;
            if (examples.Count < 20)
                examples.Add($"0x{address:x}\n  ours:      {actual}\n  addr2line: {expected[address]}");
        }
        Assert.InRange(compared, Samples * 9 / 10, Samples);
        Assert.True(different <= compared / 100, $"{different} of {compared} differ:\n{string.Join('\n', examples)}");
    }

    private static string Print(SourceFrame frame) =>
        $"{frame.Name ?? "??"} {Path.GetFileName(frame.Location?.File) ?? "??"}:{frame.Location?.Line ?? 0}";

    private static ulong[] Sample(ElfImage image)
    {
        Assert.True(image.TryFindSection(".text", out var text));
        var random = new Random(1);
        return [.. Enumerable.Range(0, Samples).Select(_ => text.Address + (ulong)random.NextInt64((long)text.Size)).Distinct()];
    }

    private static Dictionary<ulong, string> RunAddr2Line(string path, ulong[] addresses)
    {
        string list = Path.GetTempFileName();
        try
        {
            File.WriteAllLines(list, addresses.Select(address => address.ToString("x", CultureInfo.InvariantCulture)));
            using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"addr2line -e {path} -f -i -a < {list}"]) { RedirectStandardOutput = true })!;
            var result = new Dictionary<ulong, string>();
            ulong current = 0;
            string? function = null;
            while (process.StandardOutput.ReadLine() is { } line)
            {
                if (line.StartsWith("0x", StringComparison.Ordinal))
                {
                    current = Convert.ToUInt64(line[2..], 16);
                    function = null;
                    continue;
                }
                if (function is null)
                {
                    function = line;
                    continue;
                }
                string place = Path.GetFileName(line.Split(" (discriminator")[0]).Replace(":?", ":0", StringComparison.Ordinal);
                result[current] = (result.TryGetValue(current, out var before) ? before + " < " : "") + $"{Clone.Replace(function, "")} {place}";
                function = null;
            }
            process.WaitForExit();
            return result;
        }
        finally
        {
            File.Delete(list);
        }
    }
}

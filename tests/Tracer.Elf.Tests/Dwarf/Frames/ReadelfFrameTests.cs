using System.Diagnostics;
using System.Globalization;
using System.Text;
using Tracer.Elf.Dwarf.Frames;
using Tracer.Testing;
using Xunit;

namespace Tracer.Elf.Tests.Dwarf.Frames;

/// <summary>Every row of the call frame tables of real files against readelf's interpretation.</summary>
public sealed class ReadelfFrameTests
{
    private static readonly string[] Names = ["rax", "rdx", "rcx", "rbx", "rsi", "rdi", "rbp", "rsp", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "ra"];

    public static TheoryData<string> Files() =>
    [
        "/usr/bin/python3.11", "/lib/x86_64-linux-gnu/libc.so.6", "/usr/lib/x86_64-linux-gnu/libstdc++.so.6", "/lib64/ld-linux-x86-64.so.2",
        "/usr/lib/jvm/java-17-openjdk-amd64/lib/server/libjvm.so",
    ];

    [Theory]
    [MemberData(nameof(Files))]
    public void Rows_are_those_of_readelf(string path)
    {
        Assert.SkipUnless(File.Exists(path), $"There is no {path}.");
        Assert.SkipUnless(File.Exists("/usr/bin/readelf"), "binutils is not installed.");
        var table = FrameTable.Load(TestFiles.Open(path));
        int descriptions = 0, rows = 0;
        var functions = new HashSet<(ulong Start, ulong End, bool HasFramePointer, bool MovesStack)>();
        var differences = new List<string>();
        string[] columns = [];
        var row = default(UnwindRow);
        ulong start = 0, end = 0;
        var pending = new List<(ulong At, string Text)>();
        foreach (string line in Readelf(path))
        {
            if (line.Contains(" FDE ", StringComparison.Ordinal))
            {
                Check();
                (start, end) = Range(line);
                descriptions++;
            }
            else if (line.Contains(" CIE ", StringComparison.Ordinal) || line.Contains("ZERO terminator", StringComparison.Ordinal))
            {
                Check();
                end = 0;
            }
            else if (line.TrimStart().StartsWith("LOC ", StringComparison.Ordinal))
            {
                columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            }
            else if (end != 0 && line.Length > 16 && line[0] is '0' && line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is { } words && words.Length == columns.Length)
            {
                pending.Add((ulong.Parse(words[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture), string.Join(' ', words[1..])));
            }
        }
        Check();
        Assert.InRange(descriptions, 100, int.MaxValue);
        // Of descriptions that say no more than their CIE readelf shows no rows.
        var found = table.Functions().Select(f => (f.Start, End: f.Start + f.Length, f.HasFramePointer, f.MovesStack)).ToArray();
        Assert.Equal(descriptions, found.Length);
        Assert.Equal(functions.Where(f => f.HasFramePointer).Select(f => (f.Start, f.End)).Order(), found.Where(f => f.HasFramePointer).Select(f => (f.Start, f.End)).Order());
        Assert.Empty(functions.Where(f => f.MovesStack).Except(found));
        Assert.True(differences.Count == 0, $"{differences.Count} of {rows} rows of {descriptions} descriptions differ:\n{string.Join('\n', differences.Take(20))}");
        TestContext.Current.TestOutputHelper!.WriteLine($"{rows} rows of {descriptions} descriptions are equal");

        void Check()
        {
            // Of rows for one address the last counts.
            var cfas = pending.Where((p, i) => i + 1 == pending.Count || pending[i + 1].At != p.At).Select(p => p.Text.Split(' ')[0]).ToArray();
            if (cfas.Length > 0)
                functions.Add((start, end, cfas.Contains("rbp+16"), cfas.Any(c => c != "rsp+8")));
            for (int i = 0; i < pending.Count; i++)
            {
                var (at, text) = pending[i];
                // Rows without code of their own are never looked up.
                if (at >= end || i + 1 < pending.Count && pending[i + 1].At == at)
                    continue;
                rows++;
                string actual = table.TryFindRow(at, ref row) && row.Start == start && row.End == end ? Print(row, columns) : "nothing";
                if (actual != text)
                    differences.Add($"0x{at:x}: {actual} instead of {text}");
            }
            pending.Clear();
        }
    }

    [Fact]
    public void A_lookup_allocates_nothing()
    {
        var image = TestFiles.Open("/lib/x86_64-linux-gnu/libc.so.6");
        var table = FrameTable.Load(image);
        Assert.True(image.TryFindSection(".text", out var text));
        Assert.Equal(0, Allocated.By(() =>
        {
            var row = default(UnwindRow);
            for (ulong address = text.Address; address < text.Address + text.Size; address += 999)
                table.TryFindRow(address, ref row);
        }));
    }

    private static string Print(in UnwindRow row, string[] columns)
    {
        bool isExpression = row.Cfa.Kind == CfaRuleKind.Expression;
        var text = new StringBuilder(isExpression ? "exp" : string.Create(CultureInfo.InvariantCulture, $"{Names[row.Cfa.Register]}{row.Cfa.Value:+0;-0;+0}"));
        foreach (string column in columns[2..])
        {
            int register = Array.IndexOf(Names, column);
            var rule = register < 0 ? default : row[register];
            text.Append(' ').Append(rule.Kind switch
            {
                RegisterRuleKind.SameValue => "s",
                RegisterRuleKind.Offset => string.Create(CultureInfo.InvariantCulture, $"c{rule.Value:+0;-0;+0}"),
                RegisterRuleKind.ValueOffset => string.Create(CultureInfo.InvariantCulture, $"v{rule.Value:+0;-0;+0}"),
                RegisterRuleKind.Register => Names[rule.Value],
                RegisterRuleKind.Expression => "exp",
                RegisterRuleKind.ValueExpression => "vexp",
                _ => "u",
            });
        }
        return text.ToString();
    }

    private static (ulong Start, ulong End) Range(string line)
    {
        string[] range = line[(line.IndexOf("pc=", StringComparison.Ordinal) + 3)..].Split("..");
        return (Convert.ToUInt64(range[0], 16), Convert.ToUInt64(range[1].Trim(), 16));
    }

    private static IEnumerable<string> Readelf(string path)
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"readelf --debug-dump=frames-interp {path} 2>/dev/null"]) { RedirectStandardOutput = true })!;
        while (process.StandardOutput.ReadLine() is { } line)
            yield return line;
        process.WaitForExit();
    }
}

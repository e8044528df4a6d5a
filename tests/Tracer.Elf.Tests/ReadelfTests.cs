using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Tracer.Elf.Sdt;
using Xunit;

namespace Tracer.Elf.Tests;

/// <summary>binutils' readelf as the second implementation, over the binaries of this machine.</summary>
public partial class ReadelfTests
{
    public static TheoryData<string> BinariesWithNotes()
    {
        var data = new TheoryData<string>();
        string[] patterns =
        [
            "/usr/bin/python3.*", "/usr/bin/php8.*", "/usr/lib/jvm/*/lib/server/libjvm.so", "/usr/lib/x86_64-linux-gnu/libruby-*.so.*",
            "/usr/lib/postgresql/*/bin/postgres", "/usr/lib/x86_64-linux-gnu/libpthread.so.0", "/usr/lib/x86_64-linux-gnu/libc.so.6",
            "/usr/lib/x86_64-linux-gnu/libstdc++.so.6", "/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2", "/usr/bin/stap",
        ];
        foreach (var path in patterns.SelectMany(Glob).Where(IsElf).Select(RealPath).Distinct())
            data.Add(path);
        return data;
    }

    [Theory]
    [MemberData(nameof(BinariesWithNotes))]
    public void Sdt_notes_equal_readelf(string path)
    {
        var expected = ReadelfNotes(path);
        var image = TestFiles.Open(path);
        var list = SdtReader.Read(image);
        Assert.Empty(list.Diagnostics);
        Assert.Equal(expected, list.Notes.Select(n => $"{n.Provider}:{n.Name} 0x{n.Location:x} 0x{n.Base:x} 0x{n.Semaphore:x} {n.Arguments}"));
        Assert.All(list.Notes, n => Assert.NotNull(n.LocationFileOffset));
        Assert.Empty(list.Notes.SelectMany(n => SdtArgument.ParseAll(n.Arguments)).Where(a => a.Error is not null).Select(a => $"{a.Text}: {a.Error}"));
        TestContext.Current.SendDiagnosticMessage($"{path}: {list.Notes.Length} notes");
    }

    [Theory]
    [InlineData("/usr/lib/x86_64-linux-gnu/libc.so.6", ".dynsym")]
    [InlineData("/bin/ls", ".dynsym")]
    [InlineData("/usr/lib/x86_64-linux-gnu/crt1.o", ".symtab")]
    public void Symbols_equal_readelf(string path, string tableName)
    {
        Assert.SkipUnless(File.Exists(path), $"{path} is not on this machine");
        var image = TestFiles.Open(path);
        var table = tableName == ".dynsym" ? image.DynamicSymbols! : image.SymbolTable!;
        var inTable = false;
        var expected = new List<string>();
        foreach (var line in Readelf("-sW", path))
        {
            if (line.StartsWith("Symbol table", StringComparison.Ordinal))
                inTable = line.Contains($"'{tableName}'", StringComparison.Ordinal);
            else if (inTable && SymbolLine().Match(line) is { Success: true } match)
                expected.Add($"{match.Groups[1].Value.TrimStart('0').PadLeft(1, '0')} {ParseSize(match.Groups[2].Value)} {match.Groups[3].Value.Split('@')[0]}");
        }
        var actual = new List<string>();
        foreach (var symbol in table)
        {
            var name = symbol.Type == ElfSymbolType.Section ? "" : table.NameString(symbol).Split('@')[0];
            actual.Add($"{symbol.Value:x} {symbol.Size} {name}");
        }
        if (tableName == ".symtab") // readelf prints a section's name for its unnamed symbol
            expected = [.. expected.Zip(actual, (e, a) => a.EndsWith(' ') ? string.Join(' ', e.Split(' ')[..2]) + " " : e)];
        Assert.Equal(expected, actual);
        Assert.True(expected.Count > 5);
        foreach (var symbol in table)
        {
            // The hash table finds what a scan finds, up to other versions of the name.
            if (symbol.IsDefined && symbol.Type is ElfSymbolType.Function or ElfSymbolType.Object)
                Assert.True(table.TryFind(table.Name(symbol), out _));
        }
    }

    [Theory]
    [InlineData("/bin/ls")]
    [InlineData("/usr/lib/x86_64-linux-gnu/libc.so.6")]
    public void Relocations_and_build_id_equal_readelf(string path)
    {
        Assert.SkipUnless(File.Exists(path), $"{path} is not on this machine");
        var image = TestFiles.Open(path);
        var relocations = new ElfRelocations(image);
        var expected = Readelf("-rW", path).Select(line => RelocationLine().Match(line)).Where(m => m.Success)
            .Select(m => (ulong.Parse(m.Groups[1].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture), ulong.Parse(m.Groups[2].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture)));
        var actual = Enumerable.Range(0, relocations.Count).Select(i => relocations[i])
            .Select(r => (r.Address, ((ulong)r.SymbolIndex << 32) | (uint)r.Type));
        Assert.Equal(expected, actual);
        Assert.Contains(Readelf("-n", path), line => line.Trim() == $"Build ID: {image.BuildIdString}");
    }

    [Fact]
    public void Dynamic_symbols_without_section_headers_are_those_with_them()
    {
        var bytes = File.ReadAllBytes("/usr/lib/x86_64-linux-gnu/libc.so.6");
        Assert.True(ElfImage.TryParse(bytes, out var whole, out _));
        var stripped = (byte[])bytes.Clone();
        stripped.AsSpan(40, 8).Clear(); // e_shoff
        Assert.True(ElfImage.TryParse(stripped, out var image, out _));
        Assert.Empty(image!.Sections);
        Assert.Equal(whole!.DynamicSymbols!.Count, image.DynamicSymbols!.Count);
        Assert.True(image.DynamicSymbols.TryFind("malloc", out var malloc) && whole.DynamicSymbols.TryFind("malloc", out var same) && same == malloc);
        Assert.Equal(whole.BuildIdString, image.BuildIdString);
    }

    private static List<string> ReadelfNotes(string path)
    {
        var notes = new List<string>();
        var (provider, name, addresses) = ("", "", "");
        foreach (var line in Readelf("-n", path).Select(l => l.Trim()))
        {
            if (line.StartsWith("Provider: ", StringComparison.Ordinal))
                provider = line[10..];
            else if (line.StartsWith("Name: ", StringComparison.Ordinal))
                name = line[6..];
            else if (LocationLine().Match(line) is { Success: true } m)
                addresses = string.Join(' ', m.Groups.Values.Skip(1).Select(g => "0x" + (g.Value.TrimStart('0') is { Length: > 0 } digits ? digits : "0")));
            else if (line.StartsWith("Arguments:", StringComparison.Ordinal))
                notes.Add($"{provider}:{name} {addresses} {line[10..].TrimStart()}");
        }
        return notes;
    }

    private static ulong ParseSize(string text) => text.StartsWith("0x", StringComparison.Ordinal)
        ? ulong.Parse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture)
        : ulong.Parse(text, CultureInfo.InvariantCulture);

    private static string[] Readelf(string option, string path)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/readelf"), "readelf (binutils) is not installed");
        using var process = Process.Start(new ProcessStartInfo("/usr/bin/readelf", [option, path]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return text.Split('\n');
    }

    private static IEnumerable<string> Glob(string pattern)
    {
        IEnumerable<string> found = ["/"];
        foreach (var part in pattern.Split('/', StringSplitOptions.RemoveEmptyEntries))
            found = found.Where(Directory.Exists).SelectMany(d => Directory.EnumerateFileSystemEntries(d, part)).ToList();
        return found;
    }

    private static string RealPath(string path)
    {
        var directory = new DirectoryInfo(Path.GetDirectoryName(path)!);
        var parent = directory.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? directory.FullName;
        var file = new FileInfo(Path.Combine(parent, Path.GetFileName(path)));
        return file.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? file.FullName;
    }

    private static bool IsElf(string path)
    {
        if (!File.Exists(path))
            return false;
        using var file = File.OpenRead(path);
        Span<byte> magic = stackalloc byte[4];
        return file.Read(magic) == 4 && magic.SequenceEqual("\u007fELF"u8);
    }

    [GeneratedRegex(@"^Location: 0x([0-9a-f]+), Base: 0x([0-9a-f]+), Semaphore: 0x([0-9a-f]+)$")]
    private static partial Regex LocationLine();

    [GeneratedRegex(@"^\s*\d+: ([0-9a-f]{16})\s+(\S+)\s+\S+\s+\S+\s+\S+\s+(?:\[[^\]]*\]\s+)?\S+ ?(\S*)")]
    private static partial Regex SymbolLine();

    [GeneratedRegex(@"^([0-9a-f]{16})\s+([0-9a-f]{16})\s+R_X86_64_")]
    private static partial Regex RelocationLine();
}

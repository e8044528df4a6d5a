using System.Diagnostics;
using Tracer.Elf.Dwarf;
using Xunit;

namespace Tracer.Elf.Tests.Dwarf.Lines;

/// <summary>Lines of lines.c as gcc and clang write them, in every version and format.</summary>
public sealed class CompiledLineTests
{
    public static TheoryData<string> Compilations() =>
    [
        "gcc -gdwarf-2 -O0", "gcc -gdwarf-3 -O2", "gcc -gdwarf-4 -O2", "gcc -gdwarf-5 -O0", "gcc -gdwarf-5 -O2", "gcc -gdwarf-5 -gdwarf64 -O2",
        "gcc -gdwarf-5 -O2 -ffunction-sections -Wl,--gc-sections", "clang -gdwarf-4 -O2", "clang -gdwarf-5 -O0", "clang -gdwarf-5 -O2",
    ];

    [Theory]
    [MemberData(nameof(Compilations))]
    public void Statements_are_found_by_line_and_lines_by_address(string compilation)
    {
        var (image, reader) = Compile(compilation);
        var first = Symbol(image, "first");
        var second = Symbol(image, "second");
        var found = reader.Lines.FindAddresses("lines.c", LineOf("/* second */"));
        var address = Assert.Single(found);
        Assert.InRange(address.Address, second.Value, second.Value + second.Size - 1);
        Assert.Equal(LineOf("/* second */"), address.Location.Line);
        Assert.Equal(RealFiles.PathOf("Lines/lines.c"), address.Location.File);
        Assert.True(reader.Lines.TryFind(address.Address, out var location));
        // Optimised code may start several lines at one address, of which the last is the address's.
        Assert.InRange(location.Line, LineOf("/* second */") - 1, LineOf("/* second */"));
        // An empty line stands for the next one; by a longer path and by another file's name.
        Assert.All(reader.Lines.FindAddresses("Lines/lines.c", LineOf("/* second */") + 1), a => Assert.Equal(LineOf("/* second */") + 2, a.Location.Line));
        Assert.Empty(reader.Lines.FindAddresses("lines.c", LineOf("/* second */") + 1, orNext: false));
        Assert.Empty(reader.Lines.FindAddresses("ines.c", LineOf("/* second */")));
        Assert.Empty(reader.Lines.FindAddresses("lines.c", 10_000));
        // The head of a loop is one place, however often the code comes back to it.
        Assert.InRange(reader.Lines.FindAddresses("lines.c", LineOf("/* loop */")).Count, 1, 1);
        Assert.True(reader.Lines.TryFindPrologueEnd(first.Value, first.Value + first.Size, out ulong end));
        Assert.InRange(end, first.Value, first.Value + first.Size - 1);
        Assert.Empty(reader.Diagnostics);
    }

    [Theory]
    [MemberData(nameof(Compilations))]
    public void Each_inlined_copy_of_a_line_is_found_and_knows_its_call(string compilation)
    {
        var (image, reader) = Compile(compilation);
        var copies = reader.Lines.FindAddresses("lines.c", LineOf("/* inlined */") + 1);
        Assert.Equal(2, copies.Count);
        Assert.Equal(["first", "second"], copies.Select(copy => Owner(image, copy.Address)).Order());
        foreach (var copy in copies)
        {
            var frames = reader.Lines.FramesAt(copy.Address);
            Assert.Equal(["twice", Owner(image, copy.Address)], frames.Select(frame => frame.Name));
            Assert.Equal([true, false], frames.Select(frame => frame.IsInlined));
            Assert.Equal(LineOf("/* inlined */") + 1, frames[0].Location!.Value.Line);
            Assert.Equal(frames[1].Name == "first" ? LineOf("/* loop */") + 1 : LineOf("/* call in second */"), frames[1].Location!.Value.Line);
            Assert.Equal(RealFiles.PathOf("Lines/lines.c"), frames[1].Location!.Value.File);
        }
    }

    internal static (ElfImage Image, DwarfReader Reader) Compile(string compilation)
    {
        string[] words = compilation.Split(' ');
        Assert.SkipUnless(File.Exists("/usr/bin/" + words[0]), words[0] + " is not installed.");
        string directory = Directory.CreateTempSubdirectory("lines").FullName;
        try
        {
            string binary = Path.Combine(directory, "lines");
            using var process = Process.Start("/usr/bin/" + words[0], [.. words[1..], "-w", "-o", binary, RealFiles.PathOf("Lines/lines.c")]);
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
            var image = TestFiles.Open(binary);
            return (image, new DwarfReader(DwarfFile.Load(image)));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static ElfSymbol Symbol(ElfImage image, string name)
    {
        Assert.True(image.SymbolTable!.TryFind(name, out var symbol));
        return symbol;
    }

    private static string Owner(ElfImage image, ulong address)
    {
        Assert.True(image.SymbolTable!.TryFindContaining(address, out var symbol));
        return image.SymbolTable.NameString(symbol);
    }

    private static uint LineOf(string mark) => (uint)(Array.FindIndex(File.ReadAllLines(RealFiles.PathOf("Lines/lines.c")), line => line.Contains(mark)) + 1);
}

using System.Diagnostics;
using Tracer.Elf.Dwarf;
using Tracer.Testing;
using Xunit;

namespace Tracer.Elf.Tests.Dwarf;

/// <summary>Entries and functions of a real file against a second reader.</summary>
public sealed class ReadelfCountTests
{
    [Fact]
    public void As_many_units_and_entries_as_readelf_prints()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/readelf"), "binutils is not installed.");
        string path = RealFiles.LibPythonPath("2.7");
        int units = 0;
        long entries = 0;
        using var process = Process.Start(new ProcessStartInfo("/usr/bin/readelf", ["--debug-dump=info", path]) { RedirectStandardOutput = true })!;
        while (process.StandardOutput.ReadLine() is { } line)
        {
            if (line.Contains("Compilation Unit @"))
                units++;
            else if (line.StartsWith(" <", StringComparison.Ordinal) && line.Contains("(DW_TAG_"))
                entries++;
        }
        process.WaitForExit();
        Assert.Equal((units, entries), new DwarfReader(DebugFile.Read(path)).Count());
    }

    [Fact]
    public void A_walk_allocates_nothing_for_entries()
    {
        var reader = RealFiles.LibPython("3.11");
        var (_, entries) = reader.Count(); // reads headers and abbreviations, which stay
        Assert.InRange(entries, 500_000, long.MaxValue);
        Assert.InRange(Allocated.By(() => reader.Count()), 0, 4_000);
        Assert.InRange(Allocated.By(() => reader.Types.TryFindStruct("no such structure", out _)), 0, 4_000);
    }

    [Theory]
    [MemberData(nameof(CPythonLayoutTests.Versions), MemberType = typeof(CPythonLayoutTests))]
    public void The_function_that_evaluates_frames_is_found_with_its_parameters(string version)
    {
        var reader = RealFiles.LibPython(version);
        string name = version is "2.7" ? "PyEval_EvalFrameEx" : "_PyEval_EvalFrameDefault";
        Assert.True(reader.Subprograms.TryFind(name, out var eval));
        Assert.True(eval.LowPc != 0 && eval.HighPc > eval.LowPc);
        Assert.True(reader.Subprograms.TryFindAt(eval.LowPc + 4, out var same));
        Assert.Equal(eval.Offset, same.Offset);
        string[] expected = version switch
        {
            "2.7" or "3.6" or "3.7" or "3.8" => ["f", "throwflag"],
            "3.9" or "3.10" => ["tstate", "f", "throwflag"],
            _ => ["tstate", "frame", "throwflag"],
        };
        Assert.Equal(expected, eval.Parameters.Select(parameter => parameter.Name));
        Assert.All(eval.Parameters, parameter => Assert.All(parameter.Locations, location => Assert.True(location.Expression.TryDecode(out _))));
        Assert.True(eval.Parameters[0].TryGetLocation(eval.LowPc, out var first));
        Assert.Equal("DW_OP_reg5 (rdi)", first.ToString());
        Assert.Empty(reader.Diagnostics);
    }
}

using System.Diagnostics;
using System.Globalization;
using Tracer.Elf.Dwarf;
using Xunit;

namespace Tracer.Elf.Tests.Dwarf;

/// <summary>A compiled layouts.c in a directory of its own, and what it printed.</summary>
internal sealed class CompiledProgram : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("dwarf").FullName;

    public string Binary => Path.Combine(_directory, "layouts");

    public string[] Output { get; private set; } = [];

    public static CompiledProgram Compile(string compilation)
    {
        string[] words = compilation.Split(' ');
        Assert.SkipUnless(File.Exists("/usr/bin/" + words[0]), words[0] + " is not installed.");
        var fixture = new CompiledProgram();
        string source = RealFiles.PathOf("layouts.c");
        fixture.Run("/usr/bin/" + words[0], [.. words[1..], "-no-pie", "-w", "-o", fixture.Binary, source]);
        fixture.Output = fixture.Run(fixture.Binary, []).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return fixture;
    }

    public DwarfReader Open()
    {
        var split = Directory.EnumerateFiles(_directory, "*.dwo").Select(file => DebugFile.Read(file, ".dwo")).ToList();
        return new(DebugFile.Read(Binary, split: split));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private string Run(string program, IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = _directory, RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode.ToString(CultureInfo.InvariantCulture)}");
        return output;
    }
}

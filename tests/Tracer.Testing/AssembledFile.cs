using System.Globalization;

namespace Tracer.Testing;

/// <summary>The machine code of an assembler file of the project, as the assembler makes it.</summary>
public sealed class AssembledFile
{
    private readonly string _symbols;

    private AssembledFile(byte[] code, string symbols) => (Code, _symbols) = (code, symbols);

    /// <summary>The bytes of its text.</summary>
    public byte[] Code { get; }

    /// <summary>Assembles a file.</summary>
    /// <param name="source">Its path.</param>
    public static AssembledFile Of(string source)
    {
        var folder = Directory.CreateTempSubdirectory("assembled-");
        try
        {
            var (file, text) = ($"{folder.FullName}/code.o", $"{folder.FullName}/code.bin");
            Run("gcc", "-c", "-o", file, source);
            Run("objcopy", "-O", "binary", "-j", ".text", file, text);
            return new AssembledFile(File.ReadAllBytes(text), Run("nm", file));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Where a label is, from the beginning of the text.</summary>
    public int OffsetOf(string label) =>
        int.Parse(_symbols.Split('\n').Single(l => l.EndsWith(' ' + label, StringComparison.Ordinal)).Split(' ')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static string Run(string tool, params string[] arguments)
    {
        using var run = LiveTarget.Start(tool, arguments, mergeStandardError: true);
        var status = run.WaitForExit(TimeSpan.FromSeconds(60));
        return status.ExitCode == 0 && !status.IsSignaled ? run.StandardOutput : throw new InvalidOperationException($"{tool} {status}: {run.StandardOutput}");
    }
}

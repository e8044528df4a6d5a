using System.Diagnostics;

namespace Tracer.Elf.Tests.Demangling;

/// <summary>The mangled names of a file, and what c++filt makes of names.</summary>
internal static class Symbols
{
    public static List<string> Mangled(string path, string prefix)
    {
        var image = TestFiles.Open(path);
        var names = new HashSet<string>();
        foreach (var table in new[] { image.SymbolTable, image.DynamicSymbols })
        {
            if (table is null)
                continue;
            foreach (var symbol in table)
            {
                string name = table.NameString(symbol);
                if (name.StartsWith(prefix, StringComparison.Ordinal) && !name.Contains('@'))
                    names.Add(name);
            }
        }
        return [.. names];
    }

    public static List<string> Filtered(IEnumerable<string> names, string style)
    {
        string list = Path.GetTempFileName();
        try
        {
            File.WriteAllLines(list, names);
            using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"c++filt {style} < {list}"]) { RedirectStandardOutput = true })!;
            var result = new List<string>();
            while (process.StandardOutput.ReadLine() is { } line)
                result.Add(line);
            process.WaitForExit();
            return result;
        }
        finally
        {
            File.Delete(list);
        }
    }
}

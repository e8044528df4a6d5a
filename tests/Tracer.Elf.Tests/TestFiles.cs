namespace Tracer.Elf.Tests;

/// <summary>Reads the tables beside the tests: tab-separated, '#' starts a comment line.</summary>
internal static class TestFiles
{
    public static IEnumerable<string[]> Rows(string relativePath) =>
        from line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, relativePath))
        where line.Length > 0 && line[0] != '#'
        select line.Split('\t');

    public static ElfImage Open(string path) => ElfImage.TryParse(File.ReadAllBytes(path), out var image, out var diagnostic)
        ? image!
        : throw new InvalidOperationException($"{path}: {diagnostic}");
}

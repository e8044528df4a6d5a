using Tracer.Elf.Dwarf;
using Xunit;

namespace Tracer.Elf.Tests.Dwarf;

/// <summary>The real binaries that tests compare with, where the machine has them; a test skips with the reason where not.</summary>
internal static class RealFiles
{
    public static DwarfReader LibPython(string version) => new(DebugFile.Read(LibPythonPath(version)));

    public static string LibPythonPath(string version)
    {
        if (version == "deb3.11")
        {
            string? debug = DebianPythonDebugFile();
            Assert.SkipWhen(debug is null, "No detached debug file of /usr/bin/python3.11 is installed (package python3.11-dbg).");
            return debug!;
        }
        string root = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".pyenv/versions");
        Assert.SkipUnless(Directory.Exists(root), "There is no ~/.pyenv/versions.");
        string? path = Directory.EnumerateDirectories(root, version + ".*")
            .SelectMany(directory => Directory.EnumerateFiles(Path.Combine(directory, "lib"), $"libpython{version}*.so.1.0")).FirstOrDefault();
        Assert.SkipWhen(path is null, $"~/.pyenv/versions has no shared libpython {version}.");
        return path!;
    }

    /// <summary>The lines of a table beside the tests, without comments.</summary>
    public static IEnumerable<string> Table(string name) => File.ReadLines(PathOf(name)).Where(line => line.Length > 0 && line[0] != '#');

    /// <summary>The path of a file beside the tests' sources.</summary>
    public static string PathOf(string name)
    {
        string? directory = AppContext.BaseDirectory;
        while (directory is not null && !File.Exists(Path.Combine(directory, "Tracer.sln")))
            directory = Path.GetDirectoryName(directory);
        Assert.NotNull(directory);
        return Path.Combine(directory, "tests/Tracer.Elf.Tests/Dwarf", name);
    }

    private static string? DebianPythonDebugFile()
    {
        const string Python = "/usr/bin/python3.11";
        if (!File.Exists(Python))
            return null;
        // The build-id note: name size 4, descriptor size 20, type 3 (NT_GNU_BUILD_ID), "GNU\0".
        byte[] file = File.ReadAllBytes(Python);
        int note = file.AsSpan().IndexOf((ReadOnlySpan<byte>)[4, 0, 0, 0, 20, 0, 0, 0, 3, 0, 0, 0, (byte)'G', (byte)'N', (byte)'U', 0]);
        string id = Convert.ToHexStringLower(file.AsSpan(note + 16, 20));
        string path = $"/usr/lib/debug/.build-id/{id[..2]}/{id[2..]}.debug";
        return File.Exists(path) ? path : null;
    }
}

using System.Runtime.CompilerServices;

namespace Tracer.Testing;

/// <summary>
/// All CPythons that tests run: pyenv's of each feature release, three of them with a stripped library, Debian's own, and Debian sid's (eng/fetch-sid.sh).
/// Patch releases are whatever is there.
/// </summary>
public static class Pythons
{
    private static readonly string Home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    /// <summary>All of them, those that are not there included, oldest first.</summary>
    public static IReadOnlyList<PythonBuild> All { get; } =
    [
        Pyenv(2, 7), Stripped(2, 7), Pyenv(3, 6), Pyenv(3, 7), Pyenv(3, 8), Pyenv(3, 9), Pyenv(3, 10), Pyenv(3, 11), Debian("3.11-debian", "/usr/bin/python3.11"),
        Pyenv(3, 12), Stripped(3, 12), Pyenv(3, 13), Stripped(3, 13), Sid(3, 13), Sid(3, 14), Sid(3, 15),
    ];

    /// <summary>Debian's 3.11 configured with --with-pydebug, which checks itself, compiled with -Og: not one of <see cref="All"/>; some tests run it too.</summary>
    public static PythonBuild Pydebug { get; } = Debian("3.11-pydebug", "/usr/bin/python3.11d");

    /// <summary>The names of all of them: the same on every machine.</summary>
    public static IEnumerable<string> Names => All.Select(b => b.Name);

    /// <summary><see cref="Names"/> and that of <see cref="Pydebug"/>.</summary>
    public static IEnumerable<string> NamesWithPydebug => [.. Names, Pydebug.Name];

    /// <summary>The one of that name; ask <see cref="PythonBuild.Missing"/> whether it is there.</summary>
    public static PythonBuild Get(string name) => name == Pydebug.Name ? Pydebug : All.First(b => b.Name == name);

    private static PythonBuild Pyenv(int major, int minor) => Pyenv(new PythonBuild($"{major}.{minor}", major, minor));

    private static PythonBuild Pyenv(PythonBuild build)
    {
        var versions = Path.Combine(Home, ".pyenv/versions");
        var folder = Directory.Exists(versions)
            ? Directory.EnumerateDirectories(versions, build.Feature + ".*").Order(StringComparer.Ordinal).FirstOrDefault()
            : null;
        if (folder is null)
            return build with { Missing = $"There is no CPython {build.Feature} under ~/.pyenv/versions." };
        var program = Path.Combine(folder, "bin", "python" + build.Feature);
        var library = Directory.EnumerateFiles(Path.Combine(folder, "lib"), $"libpython{build.Feature}*.so.1.0").FirstOrDefault() ?? program;
        return build with { Program = program, Library = library };
    }

    private static PythonBuild Stripped(int major, int minor)
    {
        var build = Pyenv(new PythonBuild($"{major}.{minor}-stripped", major, minor));
        if (build.Missing is not null)
            return build;
        var folder = Path.Combine(Root(), "native-tests/out/python/stripped", build.Feature);
        var library = Path.Combine(folder, Path.GetFileName(build.Library));
        return File.Exists(library)
            ? build with { Library = library, LibraryFolder = folder }
            : build with { Missing = $"There is no {library}: run make -C native-tests." };
    }

    private static PythonBuild Debian(string name, string program)
    {
        var build = new PythonBuild(name, 3, 11) { Program = program, Library = program };
        return File.Exists(program) ? build : build with { Missing = $"There is no {program}." };
    }

    private static PythonBuild Sid(int major, int minor)
    {
        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } folder ? folder : Path.Combine(Home, ".cache");
        var root = Path.Combine(cache, "sharptrace/sid-python");
        var program = $"{root}/usr/bin/python{major}.{minor}";
        var build = new PythonBuild($"{major}.{minor}-sid", major, minor) { Program = program, Library = program, Root = root };
        if (!File.Exists(program))
            return build with { Missing = $"Debian sid's CPython {build.Feature} is not there: eng/fetch-sid.sh downloads it." };
        return Environment.IsPrivilegedProcess ? build : build with { Missing = "Debian sid's CPython is started by chroot, which only root may." };
    }

    private static string Root([CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", ".."));
}

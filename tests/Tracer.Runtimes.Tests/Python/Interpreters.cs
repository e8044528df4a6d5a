using Tracer.Core.Targets;
using Tracer.Linux;

namespace Tracer.Runtimes.Tests.Python;

/// <summary>The CPythons of this machine: Debian's, and builds under <c>~/.pyenv/versions</c>.</summary>
internal static class Interpreters
{
    public const string Debian = "/usr/bin/python3.11";

    private static readonly string Versions = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".pyenv/versions");

    /// <summary>The folder of a pyenv build of that feature release; skips the test when there is none.</summary>
    public static string Folder(string feature)
    {
        var folder = Directory.Exists(Versions)
            ? Directory.EnumerateDirectories(Versions).FirstOrDefault(d => Path.GetFileName(d).StartsWith(feature + ".", StringComparison.Ordinal))
            : null;
        Assert.SkipUnless(folder is not null, $"There is no CPython {feature} under ~/.pyenv/versions.");
        return folder!;
    }

    /// <summary>The program of that feature release: <c>3.11-debian</c> is the distribution's.</summary>
    public static string Program(string feature)
    {
        if (feature != "3.11-debian")
            return Path.Combine(Folder(feature), "bin", "python" + feature);
        Assert.SkipUnless(File.Exists(Debian), $"There is no {Debian}.");
        return Debian;
    }

    /// <summary>The file with the interpreter's code of that feature release.</summary>
    public static string Library(string feature)
    {
        if (feature == "3.11-debian")
            return Program(feature);
        var folder = Path.Combine(Folder(feature), "lib");
        var library = Directory.EnumerateFiles(folder, $"libpython{feature}*.so.1.0").FirstOrDefault();
        Assert.SkipUnless(library is not null, $"{folder} has no shared libpython.");
        return library!;
    }

    public static TargetModule Open(string path, out IDisposable file) => new TargetOpener(LinuxSystemCalls.Instance).OpenFile(path, out file);
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Tracer.Testing;

/// <summary>A CPython that tests start programs under.</summary>
/// <param name="Name">Its name in tests: <c>3.12</c>, <c>3.12-stripped</c>, <c>3.11-debian</c>, <c>3.15-sid</c>.</param>
/// <param name="Major">2 or 3.</param>
/// <param name="Minor">The feature release.</param>
public sealed record PythonBuild(string Name, int Major, int Minor)
{
    /// <summary>Why it cannot be run here, as a sentence for a skipped test; null when it can.</summary>
    public string? Missing { get; init; }

    /// <summary>The program, by the path it has here.</summary>
    public string Program { get; init; } = "";

    /// <summary>The file with the interpreter's code: a shared libpython, or the program.</summary>
    public string Library { get; init; } = "";

    /// <summary>The folder it sees as /; null when that is ours.</summary>
    public string? Root { get; init; }

    /// <summary>Where its libpython is found, when not where the program says.</summary>
    public string? LibraryFolder { get; init; }

    /// <summary>Its feature release: <c>3.12</c>.</summary>
    public string Feature => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}");

    /// <summary>Whether it is of that feature release or a later one.</summary>
    public bool IsAtLeast(int major, int minor) => Major > major || (Major == major && Minor >= minor);

    /// <summary>Starts a script under it.</summary>
    /// <param name="script">The script's path here; under another root its folder's *.py files are copied there first.</param>
    /// <param name="arguments">The script's arguments.</param>
    /// <param name="options">The interpreter's own.</param>
    /// <param name="environment">Added to our environment.</param>
    public LiveTarget Start(
        string script, IReadOnlyList<string>? arguments = null, IReadOnlyList<string>? options = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        if (Missing is not null)
            throw new InvalidOperationException(Missing);
        var (program, command) = Command(script, arguments, options);
        // Compiled files would be left in the source folders, and which of them are there would change what is imported.
        var variables = new Dictionary<string, string>(environment ?? new Dictionary<string, string>()) { ["PYTHONDONTWRITEBYTECODE"] = "1" };
        if (LibraryFolder is not null)
            variables["LD_LIBRARY_PATH"] = LibraryFolder;
        return LiveTarget.Start(program, command, variables);
    }

    /// <summary>The program to execute and its arguments, with which <see cref="Start"/> starts a script; without <see cref="LibraryFolder"/>.</summary>
    public (string Program, IReadOnlyList<string> Arguments) Command(string script, IReadOnlyList<string>? arguments = null, IReadOnlyList<string>? options = null)
    {
        IReadOnlyList<string> rest = [.. options ?? [], Visible(script), .. arguments ?? []];
        return Root is null ? (Program, rest) : ("/usr/sbin/chroot", [Root, Program[Root.Length..], .. rest]);
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    // Under another root: each source folder has a folder there, whose files are replaced by renaming, for other test runs may be reading them.
    private string Visible(string script)
    {
        if (Root is null)
            return script;
        var source = Path.GetDirectoryName(Path.GetFullPath(script))!;
        var folder = "/tmp/sharptrace-tests/" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(source)).AsSpan(0, 8));
        Directory.CreateDirectory(Root + folder);
        foreach (var file in Directory.EnumerateFiles(source, "*.py"))
        {
            var copy = Path.Combine(Root + folder, Path.GetFileName(file));
            if (File.Exists(copy) && File.ReadAllBytes(copy).AsSpan().SequenceEqual(File.ReadAllBytes(file)))
                continue;
            var part = $"{copy}.{Environment.ProcessId}.{Environment.CurrentManagedThreadId}";
            File.Copy(file, part, overwrite: true);
            File.Move(part, copy, overwrite: true);
        }

        return $"{folder}/{Path.GetFileName(script)}";
    }
}

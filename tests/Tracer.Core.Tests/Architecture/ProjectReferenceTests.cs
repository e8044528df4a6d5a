using System.Runtime.CompilerServices;
using System.Xml.Linq;
using Xunit;

namespace Tracer.Core.Tests.Architecture;

/// <summary>Reads the project files and fails on a reference that docs/architecture.md does not allow.</summary>
public sealed class ProjectReferenceTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Tracer.Elf"] = ["ZstdSharp.Port"],
        ["Tracer.Linux"] = ["Tmds.LibC"],
        ["Tracer.Bpf"] = ["Tracer.Linux"],
        ["Tracer.Core"] = ["Tracer.Elf", "Tracer.Linux", "Microsoft.Extensions.Logging.Abstractions"],
        ["Tracer.Ptrace"] = ["Tracer.Core", "Tracer.Elf", "Tracer.Linux", "Iced"],
        ["Tracer.Uprobes"] = ["Tracer.Core", "Tracer.Elf", "Tracer.Linux", "Tracer.Bpf", "Microsoft.Extensions.Logging.Abstractions"],
        ["Tracer.Runtimes"] = ["Tracer.Core", "Tracer.Elf", "Tracer.Linux", "Iced"],
        ["Tracer.Output"] = ["Tracer.Core"],
        ["Tracer.D"] = ["Tracer.Core"],
        ["Tracer"] =
        [
            "Tracer.Core", "Tracer.D", "Tracer.Elf", "Tracer.Linux", "Tracer.Ptrace", "Tracer.Uprobes", "Tracer.Runtimes", "Microsoft.Extensions.Logging.Abstractions",
        ],
        ["Tracer.Cli"] = ["Tracer", "Tracer.Output", "System.CommandLine"],
    };

    private static readonly string[] UnsafeRooms = ["Tracer.Linux", "Tracer.Bpf"];

    public static TheoryData<string> Projects() => [.. Directory.GetDirectories(Path.Combine(Root(), "src")).Select(d => Path.GetFileName(d)!)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_what_the_architecture_allows(string project)
    {
        Assert.True(Allowed.TryGetValue(project, out var allowed), $"src/{project} is not in docs/architecture.md.");
        var document = XDocument.Load(Path.Combine(Root(), "src", project, project + ".csproj"));
        var references = document.Descendants("ProjectReference").Select(e => Path.GetFileNameWithoutExtension(e.Attribute("Include")!.Value.Replace('\\', '/')))
            .Concat(document.Descendants("PackageReference").Select(e => e.Attribute("Include")!.Value));
        Assert.Empty(references.Except(allowed));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Unsafe_code_stays_in_its_rooms(string project)
    {
        var document = XDocument.Load(Path.Combine(Root(), "src", project, project + ".csproj"));
        var isUnsafe = document.Descendants("AllowUnsafeBlocks").Any(e => e.Value == "true");
        Assert.Equal(UnsafeRooms.Contains(project), isUnsafe);
    }

    private static string Root([CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", ".."));
}

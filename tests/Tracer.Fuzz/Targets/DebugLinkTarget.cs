using Tracer.Elf;
using Tracer.Testing;

namespace Tracer.Fuzz.Targets;

/// <summary>Build-ids and debug links, and the paths they lead to: none leaves the folders that debuggers look in.</summary>
public sealed class DebugLinkTarget : FuzzTarget
{
    /// <inheritdoc/>
    public override string Name => "debuglink";

    /// <inheritdoc/>
    public override int Count => 3_000;

    /// <inheritdoc/>
    public override IEnumerable<byte[]> Seeds =>
    [
        SectionBundle.Write([new("link", [.. "a.debug\0"u8, 1, 2, 3, 4]), new("id", ElfBuilder.Note("GNU\0", 3, new byte[20]))]),
        SectionBundle.Write([new("link", [.. "../../fifo\0\0"u8, 1, 2, 3, 4]), new("id", [])]),
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<byte[]> Words { get; } = OperandTarget.Texts("/", "..", "../", "\0", "\n", "\u001b[2J");

    /// <inheritdoc/>
    public override byte[] Mutate(byte[] input, Mutator mutator) => SectionBundle.Mutate(input, mutator, Words, 1024);

    /// <inheritdoc/>
    public override void Run(byte[] input, Outcome outcome)
    {
        var sections = SectionBundle.Read(input);
        var image = new ElfBuilder()
            .AddSection(".gnu_debuglink", sections.GetValueOrDefault("link", []))
            .AddSection(".note.gnu.build-id", sections.GetValueOrDefault("id", []), type: ElfSectionType.Note, alignment: 4)
            .BuildImage();
        outcome.Add($"{image.DebugLink is null} {image.BuildIdString?.Length}");
        foreach (var path in DebugFileCandidates.For(image, "/opt/app/bin/a", "/proc/1/root"))
        {
            outcome.Add(path.Split('/').Length.ToString(System.Globalization.CultureInfo.InvariantCulture));
            if (!path.StartsWith("/proc/1/root/opt/app/bin/", StringComparison.Ordinal) && !path.StartsWith("/proc/1/root/usr/lib/debug/", StringComparison.Ordinal))
                throw new InvalidOperationException($"{path} is nowhere a debug file may be.");
            if (path.Split('/').Contains(".."))
                throw new InvalidOperationException($"{path} leads elsewhere.");
        }
    }
}

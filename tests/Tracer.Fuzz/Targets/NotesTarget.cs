using Tracer.Core.Binding;
using Tracer.Core.Expressions;
using Tracer.Core.Targets;
using Tracer.Elf;
using Tracer.Testing;

namespace Tracer.Fuzz.Targets;

/// <summary>The notes of USDT probes, from the section's bytes to probes with typed parameters.</summary>
public sealed class NotesTarget : FuzzTarget
{
    /// <inheritdoc/>
    public override string Name => "notes";

    /// <inheritdoc/>
    public override int Count => 2_000;

    /// <inheritdoc/>
    public override IEnumerable<byte[]> Seeds =>
    [
        [.. ElfBuilder.SdtNote("p", "n", 0x1010, "8@%rax -4@glob(%rip)", 0x1050, 0x3000), .. ElfBuilder.SdtNote("p", "n", 0x1020, "8@$loc 4@4(%rsp)", 0, 0x3000)],
        [.. ElfBuilder.SdtNote("a", "b", 0x1010, "-4@%fs:t@tpoff 4f@%xmm0 8@(%rax,%rbx,8) 2@-2(%rbp)", 0x1050, 0x3000)],
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<byte[]> Words { get; } = [.. new[] { "stapsdt\0", "8@", "-4@", "%rax", "(%rip)", "glob", "@tpoff", "%fs:", "$-1", "4f@%xmm0" }.Select(System.Text.Encoding.ASCII.GetBytes)];

    /// <inheritdoc/>
    public override long AllocationLimit(int length) => (256L * length) + (1 << 20);

    /// <inheritdoc/>
    public override void Run(byte[] input, Outcome outcome)
    {
        var image = new ElfBuilder()
            .AddSection(".text", new byte[0x100], 0x1000, flags: ElfSectionFlags.Execute)
            .AddSection(".stapsdt.base", [0], 0x3000)
            .AddSymbol("glob", 0x1010, 8).AddFileSymbol("a.c").AddSymbol("loc", 0x1020, 8, binding: ElfSymbolBinding.Local)
            .AddSection(".note.stapsdt", input, type: ElfSectionType.Note, alignment: 4)
            .BuildImage();
        var warnings = new List<string>();
        var probes = NoteProbes.Read(new TargetModule("/a", "/a", 0x5000, image), warnings);
        foreach (var warning in warnings)
            outcome.Add(warning.Split('[')[^1]);
        foreach (var probe in probes)
        {
            outcome.Add("sites", probe.Sites.Count);
            _ = probe.ToString();
            foreach (var site in probe.Sites)
            {
                outcome.Add($"{site.Semaphore is null} {site.Condition is null}");
                foreach (var argument in site.Arguments)
                    outcome.Add($"{argument.GetType().Name} {ExpressionPrinter.Print(argument).Length / 8}");
            }
        }
    }
}

using Tracer.Elf;
using Tracer.Runtimes.Code;
using Tracer.Testing;

namespace Tracer.Fuzz.Targets;

/// <summary>Machine code of the target's files: bodies, exits, jump tables.</summary>
public sealed class CodeTarget : FuzzTarget
{
    /// <inheritdoc/>
    public override string Name => "code";

    /// <inheritdoc/>
    public override int Count => 750;

    /// <inheritdoc/>
    public override int MaximumLength => 2 << 10;

    // push rbp; mov rbp, rsp; sub rsp, 16; test edi, edi; je +4; xor eax, eax; leave; ret; jmp [rax*8+table]; call; add rsp, 16; pop rbp; ret.
    /// <inheritdoc/>
    public override IEnumerable<byte[]> Seeds =>
    [
        [0x55, 0x48, 0x89, 0xe5, 0x48, 0x83, 0xec, 0x10, 0x85, 0xff, 0x74, 0x04, 0x31, 0xc0, 0xc9, 0xc3, 0xff, 0x24, 0xc5, 0, 0x20, 0, 0, 0xe8, 0, 0, 0, 0, 0x48, 0x83, 0xc4, 0x10, 0x5d, 0xc3],
        [0xf3, 0x0f, 0x1e, 0xfa, 0x41, 0x54, 0x41, 0x5c, 0xc3, 0xeb, 0xfe, 0xe9, 0, 0, 0, 0x10],
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<byte[]> Words { get; } = [[0xc3], [0xeb, 0xfe], [0x74, 0xf0], [0xe8, 0, 0, 0, 0], [0xe9, 0xf0, 0xff, 0xff, 0xff], [0xff, 0xe0], [0x48, 0x83, 0xc4, 0x08], [0x5d], [0x41, 0x5c], [0xf3, 0xc3], [0xc2, 8, 0], [0x48, 0x8d, 0x64, 0x24, 8]];

    /// <inheritdoc/>
    public override long AllocationLimit(int length) => (16384L * length) + (8 << 20);

    /// <inheritdoc/>
    public override void Run(byte[] input, Outcome outcome)
    {
        if (input.Length == 0)
            return;
        var image = new ElfBuilder()
            .AddSection(".text", input, 0x1000, flags: ElfSectionFlags.Execute)
            .AddSection(".rodata", [.. Enumerable.Range(0, 32).SelectMany(k => BitConverter.GetBytes(0x1000UL + ((ulong)k * 3)))], 0x200000)
            .AddSymbol("f", 0x1000, (ulong)input.Length, ElfSymbolType.Function).BuildImage();
        var block = new CodeBlock(0x1000, input);
        var body = FunctionBody.Decode([block]);
        outcome.Add("instructions", body.Instructions.Count);
        outcome.Add($"{body.InvalidAt is null}");
        var targets = IndirectTargets.Collect(image, block);
        outcome.Add("targets", targets.Count);
        foreach (var known in (IReadOnlySet<ulong>?[])[null, targets])
        {
            foreach (var exit in FunctionExits.Find([block], known))
            {
                outcome.Add($"{exit.Kind} {exit.Result is null}");
                if (!block.Contains(exit.Address))
                    throw new InvalidOperationException($"An exit at 0x{exit.Address:x} is outside the function.");
            }
        }

        outcome.Add($"{NamedFunction.TryFind(image, "f", out _, out var problem)} {problem}");
        outcome.Add($"{TailCall.TargetOf(image, 0x1000)} {FunctionEntry.SkipOf(input)}");
    }
}

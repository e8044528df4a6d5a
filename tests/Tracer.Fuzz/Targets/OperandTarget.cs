using System.Text;
using Tracer.Elf;
using Tracer.Elf.Sdt;

namespace Tracer.Fuzz.Targets;

/// <summary>The grammar of operands, and what they come to in a file with symbols.</summary>
public sealed class OperandTarget : FuzzTarget
{
    private readonly SdtOperandResolver _resolver = new(ElfTarget.Sample(ElfClass.Elf64).BuildImage());

    /// <inheritdoc/>
    public override string Name => "operands";

    /// <inheritdoc/>
    public override int Count => 10_000;

    /// <inheritdoc/>
    public override IEnumerable<byte[]> Seeds => Texts(
        "8@%rax -4@$-1 8@glob(%rip) 4@4(%rsp,%rax,4)", "8@%fs:t@tpoff 4f@%xmm0 2@(%rbx)", "8@glob+8-(4*2)(%rip) -8@loc@GOTPCREL(%rip)", "1@%al 2@%ax 4@%eax %rdi $5 8@$glob+0x10");

    /// <inheritdoc/>
    public override IReadOnlyList<byte[]> Words { get; } =
        Texts("8@", "-4@", "4f@", "%rax", "%xmm15", "(", ")", "(%rip)", "(,%rax,8)", "glob", "loc", "@GOTPCREL", "@tpoff", "%fs:", "$", "-", "+", "*", "<<", "~", "0x7fffffffffffffff", "18446744073709551615", " ");

    // An operand of a few bytes is several objects of some hundred, before the compiler has optimised them away.
    /// <inheritdoc/>
    public override long AllocationLimit(int length) => (2048L * length) + (1 << 20);

    /// <inheritdoc/>
    public override void Run(byte[] input, Outcome outcome)
    {
        foreach (var argument in SdtArgument.ParseAll(Encoding.UTF8.GetString(input)))
        {
            _ = argument.ToString();
            outcome.Add($"{argument.Size}");
            var operand = _resolver.Resolve(argument, 0x1010);
            outcome.Add($"{operand.GetType().Name}");
            _ = operand.ToString();
        }
    }

    internal static byte[][] Texts(params string[] texts) => [.. texts.Select(Encoding.UTF8.GetBytes)];
}

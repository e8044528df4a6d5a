using Tracer.Testing;

namespace Tracer.Fuzz.Targets;

/// <summary>Mini debug info: the xz stream of .gnu_debugdata and the file in it.</summary>
public sealed class XzTarget : FuzzTarget
{
    /// <inheritdoc/>
    public override string Name => "xz";

    /// <inheritdoc/>
    public override int Count => 2_000;

    /// <inheritdoc/>
    public override int MaximumLength => 4 << 10;

    /// <inheritdoc/>
    public override long AllocationLimit(int length) => (512L * length) + (2 << 20);

    /// <inheritdoc/>
    public override void Run(byte[] input, Outcome outcome)
    {
        var image = new ElfBuilder().AddSection(".gnu_debugdata", input).BuildImage();
        var inner = image.ReadMiniDebugInfo(out var diagnostic);
        outcome.Add(diagnostic?.Message.Split(':')[^1]);
        outcome.Add("symbols", inner?.SymbolTable?.Count ?? -1);
    }
}

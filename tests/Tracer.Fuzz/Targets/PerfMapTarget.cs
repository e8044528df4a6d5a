using Tracer.Core.Stacks.Symbols;

namespace Tracer.Fuzz.Targets;

/// <summary>Maps of just-in-time compiled code, which the target writes.</summary>
public sealed class PerfMapTarget : FuzzTarget
{
    /// <inheritdoc/>
    public override string Name => "perf-map";

    /// <inheritdoc/>
    public override int Count => 5_000;

    /// <inheritdoc/>
    public override IEnumerable<byte[]> Seeds => OperandTarget.Texts("7f0000001000 40 first\n7f0000001000 80 again\n0x7f0000002000 0x10 a b\n", "ffffffffffffffff ffffffffffffffff x\n0 1 y\n");

    /// <inheritdoc/>
    public override IReadOnlyList<byte[]> Words { get; } = OperandTarget.Texts("\n", " ", "0x", "7f0000001000", "ffffffffffffffff", "fffffffffffffffff", "1");

    /// <inheritdoc/>
    public override void Run(byte[] input, Outcome outcome)
    {
        var map = PerfMap.Parse(input);
        foreach (var address in (ulong[])[0, 1, 0x7f0000001000, 0x7f0000001079, 0x7f0000002008, ulong.MaxValue])
        {
            outcome.Add($"{map.TryFind(address, out var name, out _)}");
            outcome.Add("name", name.Length);
        }
    }
}

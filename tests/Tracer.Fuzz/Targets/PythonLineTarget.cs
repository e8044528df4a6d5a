using Tracer.Runtimes.Python.Threads;

namespace Tracer.Fuzz.Targets;

/// <summary>The tables of lines of code objects, in the formats of all versions.</summary>
public sealed class PythonLineTarget : FuzzTarget
{
    /// <inheritdoc/>
    public override string Name => "python-lines";

    /// <inheritdoc/>
    public override int Count => 10_000;

    /// <inheritdoc/>
    public override int MaximumLength => 1 << 10;

    /// <inheritdoc/>
    public override IEnumerable<byte[]> Seeds => [[6, 4, 1, 8, 0xff, 2, 3], [0x80, 0x03, 0xd8, 0x04, 0x05, 0x80, 0xe0, 0xf0, 0x02, 0xf8]];

    /// <inheritdoc/>
    public override void Run(byte[] input, Outcome outcome)
    {
        foreach (var version in PythonSamples.Versions)
        {
            foreach (var offset in (long[])[-2, 0, 6, 100, 4000, long.MaxValue])
                outcome.Add($"{version.Minor}", PythonLineTable.Line(version, input, 3, offset) ?? -1);
            outcome.Add("starts", PythonLineTable.Starts(version, input, 3, Math.Min(input.Length, 64) * 2, 4).Count);
        }
    }
}

using Tracer.Core.Targets;
using Tracer.Runtimes.Python;
using Tracer.Runtimes.Python.Objects;

namespace Tracer.Fuzz.Targets;

/// <summary>Python objects over memory that lies. The first byte of an input chooses the version, the second whether memory is endless.</summary>
public sealed class PythonObjectTarget : FuzzTarget
{
    private const int Header = 8;
    private const int MostReads = 400_000;

    /// <inheritdoc/>
    public override string Name => "python-objects";

    /// <inheritdoc/>
    public override int Count => 1_500;

    /// <inheritdoc/>
    public override int MaximumLength => 8 << 10;

    /// <inheritdoc/>
    public override IReadOnlyList<byte[]> Words => PythonSamples.Words;

    /// <inheritdoc/>
    public override IEnumerable<byte[]> Seeds => Enumerable.Range(0, PythonSamples.Versions.Count * 2).Select(k => Seed(k));

    // Sixteen values of at most so many characters, with what is looked at on the way.
    /// <inheritdoc/>
    public override long AllocationLimit(int length) => (64L * length) + (32 << 20);

    /// <inheritdoc/>
    public override byte[] Mutate(byte[] input, Mutator mutator) => HostileMemory.Connect(base.Mutate(input, mutator), Header, mutator);

    /// <inheritdoc/>
    public override void Run(byte[] input, Outcome outcome)
    {
        if (input.Length <= Header)
            return;
        var version = PythonSamples.Versions[input[0] % PythonSamples.Versions.Count];
        var memory = new HostileMemory(input.AsMemory(Header), (input[1] & 1) != 0);
        // As its callers do: of frames, and of pictures.
        var objects = new PythonObjects(new BoundedMemory(memory, MostReads, PythonLimits.Default.PictureBytes), PythonObjectLayout.ForVersion(version)!);
        var limits = new PythonValueLimits { Attributes = (input[1] & 2) != 0 };
        for (var k = 0UL; k < 8; k++)
        {
            var text = objects.Print(HostileMemory.Base + (k * 0x40), limits);
            if (text.Length > 64 * limits.TotalLength)
                throw new InvalidOperationException($"{text.Length} characters, and {limits.TotalLength} were allowed.");
            outcome.Add("length", text.Length);
            outcome.Add(text[..Math.Min(4, text.Length)]);
            outcome.Add($"{objects.TypeOf(HostileMemory.Base + (k * 0x40)) is null}");
        }

        if (memory.Reads > MostReads)
            throw new InvalidOperationException($"{memory.Reads} reads.");
    }

    // Objects of 64 bytes whose types are each other: every second word leads somewhere.
    private static byte[] Seed(int number)
    {
        var input = new byte[Header + 2048];
        input[0] = (byte)(number / 2);
        input[1] = (byte)(number & 3);
        var random = new Random(number);
        for (var at = Header; at < input.Length; at += 8)
        {
            var value = random.Next(4) switch
            {
                0 => (ulong)random.Next(0, 16),
                1 => 1UL << random.Next(20, 32),
                _ => HostileMemory.Base + ((ulong)random.Next(32) * 0x40),
            };
            BitConverter.TryWriteBytes(input.AsSpan(at), value);
        }

        return input;
    }
}

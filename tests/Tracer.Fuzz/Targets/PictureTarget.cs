using Tracer.Runtimes.Python;
using Tracer.Runtimes.Python.Pictures;

namespace Tracer.Fuzz.Targets;

/// <summary>Pictures of Python values, variables and stacks whose regions lie. The first bytes choose version, kind and what else can be read.</summary>
public sealed class PictureTarget : FuzzTarget
{
    private const int Header = 8;

    private readonly PythonPictures[] _pictures = [.. PythonSamples.Versions.Select(v => new PythonPictures(v, PythonLayout.ForVersion(v)!))];

    /// <inheritdoc/>
    public override string Name => "pictures";

    /// <inheritdoc/>
    public override int Count => 1_250;

    /// <inheritdoc/>
    public override int MaximumLength => 8 << 10;

    /// <inheritdoc/>
    public override IReadOnlyList<byte[]> Words => PythonSamples.Words;

    /// <inheritdoc/>
    public override IEnumerable<byte[]> Seeds => Enumerable.Range(0, PythonSamples.Versions.Count * 4).Select(Seed);

    // A frame may have many variables of 2,048 characters each.
    /// <inheritdoc/>
    public override long AllocationLimit(int length) => (64L * length) + (64 << 20);

    /// <inheritdoc/>
    public override byte[] Mutate(byte[] input, Mutator mutator) => HostileMemory.Connect(base.Mutate(input, mutator), Header, mutator);

    /// <inheritdoc/>
    public override void Run(byte[] input, Outcome outcome)
    {
        if (input.Length <= Header)
            return;
        var pictures = _pictures[input[0] % _pictures.Length];
        var type = (input[1] & 3) switch
        {
            0 => pictures.ArgumentsType,
            1 => pictures.LocalsType,
            2 => pictures.ValueType,
            _ => pictures.StackType,
        };
        var reader = type.Format.Open(new HostileMemory(input.AsMemory(Header), (input[2] & 1) != 0));
        var content = reader.Read(input.AsSpan(Header));
        outcome.Add("items", content.Items.Count);
        outcome.Add("length", content.ToString().Length);
        outcome.Add($"{content.IsLate}");
        outcome.Add("groups", content.Stack?.Groups.Count ?? -1);
        foreach (var item in content.Items.Take(8))
            outcome.Add(item.Value[..Math.Min(3, item.Value.Length)]);
    }

    private static byte[] Seed(int number)
    {
        var random = new Random(number);
        var bytes = new List<byte> { (byte)(number / 4), (byte)(number & 3), (byte)random.Next(2), 0, 0, 0, 0, 0 };
        for (var region = 0; region < 8; region++)
        {
            var length = random.Next(4, 40) * 8;
            bytes.AddRange(BitConverter.GetBytes(HostileMemory.Base + ((ulong)region * 0x80)));
            bytes.AddRange(BitConverter.GetBytes((ulong)length));
            for (var at = 0; at < length; at += 8)
                bytes.AddRange(BitConverter.GetBytes(random.Next(3) == 0 ? (ulong)random.Next(0, 16) : random.Next(4) == 0 ? 1UL << random.Next(20, 32) : HostileMemory.Base + ((ulong)random.Next(16) * 0x40)));
        }

        return [.. bytes];
    }
}

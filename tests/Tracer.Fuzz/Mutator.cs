using System.Buffers.Binary;

namespace Tracer.Fuzz;

/// <summary>Damages bytes. Everything it does follows from its seed and the inputs.</summary>
/// <param name="seed">The seed.</param>
public sealed class Mutator(int seed)
{
    private static readonly ulong[] Interesting =
    [
        0, 1, 2, 3, 7, 8, 0x10, 0x3f, 0x40, 0x7f, 0x80, 0xff, 0x100, 0x7ff, 0x800, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff,
        0x100000000, 0x7fffffffffffffff, 0x8000000000000000, 0xfffffffffffffff0, ulong.MaxValue,
    ];

    /// <summary>Where all decisions come from.</summary>
    public Random Random { get; } = new(seed);

    /// <summary>Other inputs, parts of which are put into this one.</summary>
    public IReadOnlyList<byte[]> Others { get; set; } = [];

    /// <summary>Makes another input, not longer than so many bytes.</summary>
    public byte[] Mutate(byte[] input, IReadOnlyList<byte[]> words, int most)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(words);
        var bytes = new List<byte>(input);
        for (var steps = 1 << Random.Next(6); steps > 0; steps--)
            Step(bytes, words, most);
        if (bytes.Count > most)
            bytes.RemoveRange(most, bytes.Count - most);
        return [.. bytes];
    }

    /// <summary>One of a list.</summary>
    public T Pick<T>(IReadOnlyList<T> items) => items[Random.Next(items.Count)];

    private void Step(List<byte> bytes, IReadOnlyList<byte[]> words, int most)
    {
        switch (Random.Next(14))
        {
            case 0 when bytes.Count > 0:
                bytes[Random.Next(bytes.Count)] ^= (byte)(1 << Random.Next(8));
                break;
            case 1 or 2 when bytes.Count > 0:
                bytes[Random.Next(bytes.Count)] = (byte)Random.Next(256);
                break;
            case 3 or 4 or 5:
                Overwrite(bytes, Number());
                break;
            case 6 when bytes.Count > 0 && Random.Next(4) == 0:
                bytes.RemoveRange(Random.Next(bytes.Count) is var cut ? cut : 0, bytes.Count - cut);
                break;
            case 7 when bytes.Count > 0:
                var from = Random.Next(bytes.Count);
                bytes.RemoveRange(from, Random.Next(Math.Min(bytes.Count - from, 64)) + 1);
                break;
            case 8:
                var random = new byte[Random.Next(1, 32)];
                Random.NextBytes(random);
                Insert(bytes, random);
                break;
            case 9 when bytes.Count > 0:
                // A part again, often enough to nest or to overflow something.
                var part = Part([.. bytes], 48);
                for (var times = 1 << Random.Next(Random.Next(4) == 0 ? 10 : 4); times > 0 && bytes.Count < most; times--)
                    Insert(bytes, part);
                break;
            case 10 when Others.Count > 0:
                Insert(bytes, Part(Pick(Others), 512));
                break;
            case 11 when Others.Count > 0:
                Overwrite(bytes, Part(Pick(Others), 128));
                break;
            case 12 when words.Count > 0:
                Insert(bytes, Pick(words));
                break;
            case 13 when words.Count > 0:
                Overwrite(bytes, Pick(words));
                break;
            default:
                if (bytes.Count > 0)
                    bytes[Random.Next(bytes.Count)] = (byte)Pick(Interesting);
                break;
        }
    }

    private byte[] Number()
    {
        var bytes = new byte[8];
        var value = Random.Next(3) == 0 ? (ulong)Random.NextInt64() : unchecked(Pick(Interesting) + (ulong)Random.Next(-1, 2));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return bytes[..(1 << Random.Next(4))];
    }

    private byte[] Part(byte[] bytes, int most)
    {
        if (bytes.Length == 0)
            return [];
        var from = Random.Next(bytes.Length);
        return bytes[from..(from + Random.Next(Math.Min(bytes.Length - from, most)) + 1)];
    }

    private void Insert(List<byte> bytes, byte[] part) => bytes.InsertRange(Random.Next(bytes.Count + 1), part);

    // Half of the time where numbers of that width lie.
    private void Overwrite(List<byte> bytes, byte[] part)
    {
        if (part.Length == 0 || bytes.Count < part.Length)
            return;
        var at = Random.Next(bytes.Count - part.Length + 1);
        if (Random.Next(2) == 0)
            at = at / part.Length * part.Length;
        for (var k = 0; k < part.Length; k++)
            bytes[at + k] = part[k];
    }
}

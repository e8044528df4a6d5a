using System.Buffers.Binary;
using System.Text;

namespace Tracer.Fuzz;

/// <summary>
/// Several sections in one input: for each a name of one byte's length, the name, a length of four bytes, the bytes. Any input is one; what is missing at the end is
/// left out. Mutations stay within sections, so that lengths stay right.
/// </summary>
public static class SectionBundle
{
    /// <summary>Takes an input apart.</summary>
    public static Dictionary<string, byte[]> Read(ReadOnlySpan<byte> input)
    {
        var sections = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        while (!input.IsEmpty)
        {
            int nameLength = Math.Min(input[0], input.Length - 1);
            var name = Encoding.Latin1.GetString(input.Slice(1, nameLength));
            input = input[(1 + nameLength)..];
            if (input.Length < 4)
                break;
            var length = (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(input), (uint)input.Length - 4);
            sections[name] = input.Slice(4, length).ToArray();
            input = input[(4 + length)..];
        }

        return sections;
    }

    /// <summary>Puts sections together.</summary>
    public static byte[] Write(IEnumerable<KeyValuePair<string, byte[]>> sections)
    {
        var bytes = new List<byte>();
        Span<byte> length = stackalloc byte[4];
        foreach (var (name, content) in sections)
        {
            bytes.Add((byte)name.Length);
            bytes.AddRange(Encoding.Latin1.GetBytes(name));
            BinaryPrimitives.WriteInt32LittleEndian(length, content.Length);
            bytes.AddRange(length);
            bytes.AddRange(content);
        }

        return [.. bytes];
    }

    /// <summary>Damages one section, or sometimes two.</summary>
    public static byte[] Mutate(byte[] input, Mutator mutator, IReadOnlyList<byte[]> words, int most)
    {
        ArgumentNullException.ThrowIfNull(mutator);
        var sections = Read(input);
        if (sections.Count == 0)
            return mutator.Mutate(input, words, most);
        // Parts of other bundles would bring their names and lengths along.
        var others = mutator.Others;
        mutator.Others = [.. sections.Values];
        for (var times = mutator.Random.Next(1, 3); times > 0; times--)
        {
            var name = mutator.Pick<string>([.. sections.Keys]);
            sections[name] = mutator.Mutate(sections[name], words, most);
        }

        mutator.Others = others;
        return Write(sections);
    }
}

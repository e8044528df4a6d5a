using System.Buffers.Binary;
using System.Diagnostics;
using Tracer.Core.Pictures;
using Tracer.Core.Targets;
using Tracer.Runtimes.Python;
using Tracer.Runtimes.Python.Pictures;

namespace Tracer.Runtimes.Tests.Python;

/// <summary>Pictures of a target that lies: whatever the bytes are, reading them ends, soon, in text of bounded length, and throws nothing.</summary>
public sealed class PicturePropertyTests
{
    private const int Rounds = 150;

    public static TheoryData<int, int> Versions() => [(2, 7), .. Enumerable.Range(6, 10).Select(minor => (3, minor))];

    [Theory]
    [MemberData(nameof(Versions))]
    public void Any_bytes_are_read_to_an_end(int major, int minor)
    {
        var version = new PythonVersion(major, minor, 0, $"{major}.{minor}.0");
        var pictures = new PythonPictures(version, PythonLayout.ForVersion(version)!);
        var seed = Environment.TickCount & 0xffff;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var longest = 0;
        foreach (var type in new[] { pictures.ArgumentsType, pictures.LocalsType, pictures.ValueType, pictures.StackType })
        {
            var reader = type.Format.Open(new Noise(random));
            for (var round = 0; round < Rounds; round++)
            {
                var watch = Stopwatch.StartNew();
                var content = reader.Read(Make(random));
                Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"{watch.Elapsed}");
                longest = Math.Max(longest, content.ToString().Length);
            }
        }

        // A value has 2,048 characters and what is begun before they are reached; a frame may have many.
        Assert.InRange(longest, 1, 4 << 20);
    }

    // Regions that lead to each other, with lengths that are not theirs now and then, cut anywhere.
    private static byte[] Make(Random random)
    {
        var places = Enumerable.Range(0, 12).Select(k => 0x10000UL + (ulong)(k * 0x200)).ToArray();
        var bytes = new List<byte>();
        var count = random.Next(1, 30);
        for (var k = 0; k < count; k++)
        {
            var content = new byte[random.Next(0, 640)];
            for (var at = 0; at + 8 <= content.Length; at += 8)
            {
                var word = random.Next(6) switch
                {
                    0 => (ulong)random.Next(4),
                    1 => (ulong)random.NextInt64(),
                    2 => ulong.MaxValue - (ulong)random.Next(3),
                    3 => 1UL << random.Next(20, 34),
                    _ => places[random.Next(places.Length)] | (random.Next(5) == 0 ? (uint)random.Next(4) : 0u),
                };
                BinaryPrimitives.WriteUInt64LittleEndian(content.AsSpan(at), word);
            }

            var header = new byte[PictureLayout.HeaderSize];
            BinaryPrimitives.WriteUInt64LittleEndian(header, places[random.Next(places.Length)] + (ulong)(random.Next(3) * 8));
            BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(PictureLayout.LengthOffset), random.Next(40) == 0 ? uint.MaxValue - (uint)random.Next(16) : (uint)content.Length);
            bytes.AddRange(header);
            bytes.AddRange(content);
            bytes.AddRange(new byte[-content.Length & 7]);
        }

        return [.. bytes.Take(random.Next(4) == 0 ? random.Next(bytes.Count) : bytes.Count)];
    }

    // What the picture does not have: sometimes nothing, sometimes anything.
    private sealed class Noise(Random random) : ITargetMemory
    {
        public int Read(ulong address, Span<byte> destination)
        {
            if (random.Next(2) == 0)
                return random.Next(4) == 0 ? random.Next(destination.Length + 1) : 0;
            random.NextBytes(destination);
            return destination.Length;
        }
    }
}

using System.Buffers.Binary;
using Tracer.Elf;
using Tracer.Testing;

namespace Tracer.Fuzz.Targets;

/// <summary>Compressed sections: zlib, zstd, and GNU's older form. The first byte of an input says which.</summary>
public sealed class CompressionTarget : FuzzTarget
{
    private static readonly byte[] Plain = [.. Enumerable.Range(0, 2000).Select(k => (byte)(k % 7 == 0 ? k : k / 100))];

    /// <inheritdoc/>
    public override string Name => "compression";

    /// <inheritdoc/>
    public override int Count => 1_500;

    /// <inheritdoc/>
    public override int MaximumLength => 4 << 10;

    /// <inheritdoc/>
    public override IEnumerable<byte[]> Seeds
    {
        get
        {
            yield return [0, .. Data(new ElfBuilder().AddZlibSection(".debug_x", Plain).BuildImage(), ".debug_x")];
            yield return [1, .. Data(new ElfBuilder().AddGnuCompressedSection(".zdebug_x", Plain).BuildImage(), ".zdebug_x")];
            var zstd = new byte[24];
            zstd[0] = 2;
            BinaryPrimitives.WriteInt64LittleEndian(zstd.AsSpan(8), Plain.Length);
            yield return [0, .. zstd, .. Zstd()];
        }
    }

    // Deflate's bound of 1032:1, what is doubled on the way, and the decoders' windows.
    /// <inheritdoc/>
    public override long AllocationLimit(int length) => (3200L * length) + (24 << 20);

    /// <inheritdoc/>
    public override void Run(byte[] input, Outcome outcome)
    {
        if (input.Length == 0)
            return;
        var isGnu = (input[0] & 1) != 0;
        var is32 = (input[0] & 2) != 0;
        var name = isGnu ? ".zdebug_x" : ".debug_x";
        var image = new ElfBuilder().Machine(is32 ? ElfMachine.I386 : ElfMachine.X64, is32 ? ElfClass.Elf32 : ElfClass.Elf64)
            .AddSection(name, input.AsSpan(1), flags: isGnu ? 0 : ElfSectionFlags.Compressed).BuildImage();
        outcome.Add($"{image.TryGetSectionData(".debug_x", out var data, out var diagnostic)} {diagnostic?.Id} {diagnostic?.Message.Split(':')[0]}");
        outcome.Add("length", data.Length);
    }

    private static ReadOnlySpan<byte> Data(ElfImage image, string name) =>
        image.TryFindSection(name, out var section) ? image.Bytes.Span.Slice((int)section.FileOffset, (int)section.Size) : default;

    private static byte[] Zstd()
    {
        using var compressor = new ZstdSharp.Compressor();
        return compressor.Wrap(Plain).ToArray();
    }
}

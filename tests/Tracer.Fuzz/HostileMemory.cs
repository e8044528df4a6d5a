using Tracer.Core.Targets;

namespace Tracer.Fuzz;

/// <summary>The memory of a target that consists of an input's bytes.</summary>
/// <param name="bytes">The bytes.</param>
/// <param name="isEndless">Whether they are repeated over the whole address space, so that every address can be read and every list may go on for ever.</param>
public sealed class HostileMemory(ReadOnlyMemory<byte> bytes, bool isEndless) : ITargetMemory
{
    /// <summary>Where the bytes begin.</summary>
    public const ulong Base = 0x10000;

    /// <summary>How often it was read.</summary>
    public long Reads { get; private set; }

    /// <inheritdoc/>
    public int Read(ulong address, Span<byte> destination)
    {
        Reads++;
        var span = bytes.Span;
        if (span.IsEmpty)
            return 0;
        var offset = unchecked(address - Base);
        if (!isEndless)
        {
            if (offset >= (ulong)span.Length)
                return 0;
            var part = span.Slice((int)offset, Math.Min(destination.Length, span.Length - (int)offset));
            part.CopyTo(destination);
            return part.Length;
        }

        var at = (int)(offset % (ulong)span.Length);
        for (var done = 0; done < destination.Length; at = 0)
        {
            var count = Math.Min(destination.Length - done, span.Length - at);
            span.Slice(at, count).CopyTo(destination[done..]);
            done += count;
        }

        return destination.Length;
    }

    /// <summary>Puts pointers into the bytes, to places of them, and small numbers, where words lie.</summary>
    public static byte[] Connect(byte[] input, int from, Mutator mutator)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(mutator);
        var words = (input.Length - from) / 8;
        for (var k = mutator.Random.Next(12); k > 0 && words > 0; k--)
        {
            var at = from + (mutator.Random.Next(words) * 8);
            var value = mutator.Random.Next(6) switch
            {
                0 => (ulong)mutator.Random.Next(0, 64),
                1 => 1UL << mutator.Random.Next(64),
                _ => Base + ((ulong)mutator.Random.Next(words) * 8),
            };
            BitConverter.TryWriteBytes(input.AsSpan(at), value);
        }

        return input;
    }
}

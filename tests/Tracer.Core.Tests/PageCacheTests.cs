using Tracer.Core.Targets;
using Xunit;

namespace Tracer.Core.Tests;

/// <summary>Pages are read once, and a page that cannot be read ends a read as it does without the cache.</summary>
public sealed class PageCacheTests
{
    private const ulong Start = 0x10000;

    [Fact]
    public void What_is_read_again_is_what_was_read_first()
    {
        var memory = new Counting(2 * 4096);
        var cache = new PageCache(memory);
        var bytes = new byte[16];
        Assert.Equal(16, cache.Read(Start + 4088, bytes));
        Assert.Equal(Enumerable.Range(4088, 16).Select(k => (byte)(k % 251)), bytes);
        Assert.Equal(2, memory.Reads);
        memory.Change();
        var again = new byte[16];
        Assert.Equal(16, cache.Read(Start + 4088, again));
        Assert.Equal(bytes, again);
        Assert.Equal(2, memory.Reads);
    }

    [Fact]
    public void A_hole_ends_a_read_and_is_remembered()
    {
        var memory = new Counting(4096);
        var cache = new PageCache(memory);
        var bytes = new byte[100];
        Assert.Equal(10, cache.Read(Start + 4086, bytes));
        Assert.Equal(0, cache.Read(Start + 4096, bytes));
        Assert.Equal(0, cache.Read(ulong.MaxValue - 3, bytes));
        var reads = memory.Reads;
        Assert.Equal(0, cache.Read(Start + 5000, bytes));
        Assert.Equal(reads, memory.Reads);
    }

    private sealed class Counting(int size) : ITargetMemory
    {
        private readonly byte[] _bytes = [.. Enumerable.Range(0, size).Select(k => (byte)(k % 251))];

        public int Reads { get; private set; }

        public void Change() => Array.Clear(_bytes);

        public int Read(ulong address, Span<byte> destination)
        {
            Reads++;
            if (address < Start || address - Start >= (ulong)size)
                return 0;
            var part = _bytes.AsSpan((int)(address - Start), Math.Min(destination.Length, size - (int)(address - Start)));
            part.CopyTo(destination);
            return part.Length;
        }
    }
}

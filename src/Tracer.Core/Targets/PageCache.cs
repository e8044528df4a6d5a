namespace Tracer.Core.Targets;

/// <summary>
/// Memory read by whole pages, each once: for a target that stands still, or for a picture of one that does not in which every page is of one moment.
/// A page that cannot be read is remembered as such. Not thread-safe.
/// </summary>
/// <param name="memory">Where pages come from.</param>
public sealed class PageCache(ITargetMemory memory) : ITargetMemory
{
    private const int PageSize = 4096;

    // 64 MiB; what is read beyond them is not kept.
    private const int MaximumPages = 16384;

    private readonly Dictionary<ulong, Page> _pages = [];

    /// <inheritdoc/>
    public bool IsLate => memory.IsLate;

    /// <inheritdoc/>
    public int Read(ulong address, Span<byte> destination)
    {
        var total = 0;
        while (total < destination.Length)
        {
            var at = unchecked(address + (ulong)total);
            var offset = (int)(at % PageSize);
            var page = Find(at - (ulong)offset);
            if (page.Length <= offset)
                break;
            var part = page.Bytes.AsSpan(offset, Math.Min(page.Length - offset, destination.Length - total));
            part.CopyTo(destination[total..]);
            total += part.Length;
            if (page.Length < PageSize)
                break;
        }

        return total;
    }

    private Page Find(ulong start)
    {
        if (_pages.TryGetValue(start, out var page))
            return page;
        var bytes = new byte[PageSize];
        page = new Page(bytes, memory.Read(start, bytes));
        if (_pages.Count < MaximumPages)
            _pages[start] = page;
        return page;
    }

    private readonly record struct Page(byte[] Bytes, int Length);
}

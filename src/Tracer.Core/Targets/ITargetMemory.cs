namespace Tracer.Core.Targets;

/// <summary>The memory of a target. Caching, file-backed and recorded memory are decorators.</summary>
public interface ITargetMemory
{
    /// <summary>
    /// Reads from <paramref name="address"/> on and returns how many bytes were read: fewer than asked for when a page in the range cannot be
    /// read, 0 when the first byte cannot. Never throws for an address.
    /// </summary>
    int Read(ulong address, Span<byte> destination);

    /// <summary>
    /// Whether reads happen after the hit, while the target runs on, so that what they give may have changed since. Values that depend on such reads are
    /// marked late in their record.
    /// </summary>
    bool IsLate => false;
}

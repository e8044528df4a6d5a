namespace Tracer.Core.Pictures;

/// <summary>
/// How a picture lies in a record: regions, one behind the other: u64 address, u32 length, u32 zero, then so many bytes, padded to a multiple of eight. Those of the
/// start areas come first, each, with a length of 0 where it could not be read. Little endian.
/// </summary>
public static class PictureLayout
{
    /// <summary>Bytes before those of a region.</summary>
    public const int HeaderSize = 16;

    /// <summary>In a header, u32: how many bytes follow.</summary>
    public const int LengthOffset = 8;
}

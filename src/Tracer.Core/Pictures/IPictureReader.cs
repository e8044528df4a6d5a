namespace Tracer.Core.Pictures;

/// <summary>Turns pictures of one target into text. Not thread-safe.</summary>
public interface IPictureReader
{
    /// <summary>What a picture shows.</summary>
    PictureContent Read(ReadOnlySpan<byte> picture);
}

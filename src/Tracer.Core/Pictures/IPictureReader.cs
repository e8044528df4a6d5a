namespace Tracer.Core.Pictures;

/// <summary>Turns pictures of one target into text. Not thread-safe.</summary>
public interface IPictureReader
{
    /// <summary>What a picture shows.</summary>
    PictureContent Read(ReadOnlySpan<byte> picture);

    /// <summary>Forgets what was read of the target beside pictures; to be called from time to time, since it may change.</summary>
    void Forget();
}

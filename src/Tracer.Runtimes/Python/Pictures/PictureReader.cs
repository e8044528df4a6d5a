using System.Globalization;
using Tracer.Core.Pictures;
using Tracer.Core.Targets;
using Tracer.Runtimes.Python.Objects;

namespace Tracer.Runtimes.Python.Pictures;

/// <summary>
/// Reads pictures of Python objects. What a picture does not have is read from the target as it is now, which makes its content late.
/// </summary>
internal abstract class PictureReader(ITargetMemory memory, PythonObjectLayout layout) : IPictureReader
{
    /// <summary>How much of a value is printed: what a picture has room for.</summary>
    protected static PythonValueLimits Limits { get; } = new() { Depth = 4, Items = 16, TextLength = ObjectShape.TextLength, TotalLength = 2048 };

    /// <summary>The picture that is read.</summary>
    protected PictureMemory Picture { get; } = new(memory);

    /// <summary>The objects in it.</summary>
    protected PythonObjects Objects { get; private set; } = null!;

    /// <inheritdoc/>
    public PictureContent Read(ReadOnlySpan<byte> picture)
    {
        Picture.Load(picture);
        var bounded = new BoundedMemory(Picture, PythonLimits.Default.PictureReads, PythonLimits.Default.PictureBytes);
        Objects = new PythonObjects(bounded, layout);
        if (Picture.RegionCount == 0)
            return PictureContent.Nothing;
        // Nowhere is nothing; elsewhere there was something.
        var content = Picture.RegionAt(0) switch
        {
            (0, _) => Content(),
            (var address, 0) => Content(new PictureItem(null, string.Create(CultureInfo.InvariantCulture, $"<unreadable 0x{address:x}>"))),
            _ => Read(),
        };
        // What it would have taken too much to read is left out like the rest of a text.
        return content with { IsLate = Picture.IsLate, Items = bounded.IsExhausted ? [.. content.Items, new PictureItem(null, "…")] : content.Items };
    }

    /// <summary>What the loaded picture shows.</summary>
    protected abstract PictureContent Read();

    /// <summary>Items alone.</summary>
    protected static PictureContent Content(params IReadOnlyList<PictureItem> items) => new(items, false);
}

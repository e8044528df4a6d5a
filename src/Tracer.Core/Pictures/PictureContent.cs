namespace Tracer.Core.Pictures;

/// <summary>What a picture shows.</summary>
/// <param name="Items">Names with values, or one value without a name.</param>
/// <param name="IsLate">Whether a part of it was read after the hit, so that it may have changed since.</param>
public sealed record PictureContent(IReadOnlyList<PictureItem> Items, bool IsLate)
{
    /// <summary>The frames, when it is a picture of a stack; null when it is none.</summary>
    public PicturedStack? Stack { get; init; }

    /// <summary>What an empty picture shows.</summary>
    public static PictureContent Nothing { get; } = new([], false);

    /// <summary><c>n=3, name='x'</c>, or the value alone.</summary>
    public override string ToString() => string.Join(", ", Items.Select(i => i.Name is null ? i.Value : $"{i.Name}={i.Value}"));
}

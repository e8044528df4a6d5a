namespace Tracer.Core.Pictures;

/// <summary>A value of a picture.</summary>
/// <param name="Name">Its name; null when it is the only one.</param>
/// <param name="Value">The value, as the runtime's language writes it.</param>
public readonly record struct PictureItem(string? Name, string Value);

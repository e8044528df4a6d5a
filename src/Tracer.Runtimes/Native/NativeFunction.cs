namespace Tracer.Runtimes.Native;

/// <summary>A function as symbol tables have it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Address">Its link-time address.</param>
/// <param name="Size">Its size in bytes; 0 when unknown.</param>
/// <param name="IsGlobal">Whether other files can call it by name, so that the ABI holds for it.</param>
public sealed record NativeFunction(string Name, ulong Address, ulong Size, bool IsGlobal)
{
    /// <summary>Whether its code only chooses the function that is called under its name (STT_GNU_IFUNC).</summary>
    public bool IsIndirect { get; init; }

    /// <summary>Other names of the same address.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];
}

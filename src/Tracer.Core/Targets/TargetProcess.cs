namespace Tracer.Core.Targets;

/// <summary>A process to trace, as it was when it was looked at. Disposing unmaps its files.</summary>
/// <param name="processId">Its id.</param>
/// <param name="memory">Its memory.</param>
/// <param name="modules">The ELF files mapped executable.</param>
/// <param name="owned">What to dispose with it.</param>
public sealed class TargetProcess(
    int processId, ITargetMemory memory, IReadOnlyList<TargetModule> modules, IReadOnlyList<IDisposable>? owned = null) : IDisposable
{
    private readonly List<IDisposable> _owned = [.. owned ?? []];
    private bool _disposed;

    /// <summary>Its id.</summary>
    public int ProcessId { get; } = processId;

    /// <summary>Its memory.</summary>
    public ITargetMemory Memory { get; } = memory;

    /// <summary>The ELF files mapped executable.</summary>
    public IReadOnlyList<TargetModule> Modules { get; } = modules;

    /// <summary>Hands over something to be disposed with the process.</summary>
    public void Own(IDisposable item) => _owned.Add(item);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        foreach (var item in _owned)
            item.Dispose();
    }
}

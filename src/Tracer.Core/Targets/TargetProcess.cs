using Tracer.Core.Diagnostics;
using Tracer.Linux;

namespace Tracer.Core.Targets;

/// <summary>A process to trace, as it was when it was looked at. Disposing unmaps its files.</summary>
/// <param name="processId">Its id.</param>
/// <param name="memory">Its memory.</param>
/// <param name="modules">The ELF files mapped executable.</param>
/// <param name="owned">What to dispose with it.</param>
/// <param name="vdso">The code that the kernel maps into it, <c>[vdso]</c>; null when there is none.</param>
public sealed class TargetProcess(
    int processId, ITargetMemory memory, IReadOnlyList<TargetModule> modules, IReadOnlyList<IDisposable>? owned = null, TargetModule? vdso = null) : IDisposable
{
    private ModuleMap? _code;
    private readonly List<IDisposable> _owned = [.. owned ?? []];
    private bool _disposed;

    /// <summary>Its id.</summary>
    public int ProcessId { get; } = processId;

    /// <summary>Its memory.</summary>
    public ITargetMemory Memory { get; } = memory;

    /// <summary>The ELF files mapped executable.</summary>
    public IReadOnlyList<TargetModule> Modules { get; } = modules;

    /// <summary>The files whose code it runs and that could not be opened: nothing of them can be traced.</summary>
    public IReadOnlyList<UnopenedFile> Unopened { get; init; } = [];

    /// <summary>The code that the kernel maps into it, an ELF image without a file; null when there is none or it could not be read.</summary>
    public TargetModule? Vdso { get; } = vdso;

    /// <summary>Which module has the code at an address, <see cref="Vdso"/> included.</summary>
    public ModuleMap Code => _code ??= new ModuleMap(Vdso is null ? Modules : [.. Modules, Vdso]);

    /// <summary>Makes sure that its files are those that were read.</summary>
    /// <exception cref="TracerException">ST0112: one was truncated meanwhile, and what was read of it is not what it had.</exception>
    public void CheckFiles()
    {
        foreach (var file in _owned.OfType<MappedFile>())
        {
            if (file.IsCutShort)
                throw CutShort(file.Path);
        }
    }

    /// <summary>ST0112: a file was truncated while it was read.</summary>
    public static TracerException CutShort(string path) => new(
        "ST0112", FailureKind.TracingFailed, $"'{path}' was cut short while it was read.", "Somebody has truncated it, and what was read of it may be wrong.", "Try again when it is whole.");

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

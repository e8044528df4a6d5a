using Microsoft.Extensions.Logging;
using Tracer.Core.Backends;
using Tracer.Core.Diagnostics;
using Tracer.Core.Targets;
using Tracer.Logging;

namespace Tracer.Following;

/// <summary>The dynamic loaders of a family's processes, each observed once: they say when libraries have changed.</summary>
internal sealed class LoaderWatch(IProcessFamily family, TargetOpener opener, ILogger logger)
{
    private readonly Dictionary<(uint, uint, ulong), bool> _observed = [];

    /// <summary>Whether a file is one by its name: ld-linux-x86-64.so.2 of glibc, also by its version (ld-2.28.so); ld-musl-x86_64.so.1.</summary>
    public static bool IsLoader(string path)
    {
        var name = Path.GetFileName(path.AsSpan());
        return name.StartsWith("ld-", StringComparison.Ordinal) || name.StartsWith("ld.so", StringComparison.Ordinal);
    }

    /// <summary>Observes those of a process; whether it has one that can be observed.</summary>
    public bool Observe(TargetProcess target)
    {
        var isObserved = false;
        foreach (var loader in target.Modules.Where(m => IsLoader(m.Path)))
        {
            if (!_observed.TryGetValue(loader.File!.Value, out var canBe))
                _observed.Add(loader.File.Value, canBe = family.Observe(loader));
            isObserved |= canBe;
        }

        return isObserved;
    }

    /// <summary>Observes that of a process which is opened only when it has not been seen before.</summary>
    public void Observe(int processId, (uint, uint, ulong) loader)
    {
        if (_observed.ContainsKey(loader))
            return;
        try
        {
            using var target = opener.Open(processId);
            Observe(target);
        }
        catch (TracerException e)
        {
            SessionLog.NotFollowed(logger, processId, e.Message);
        }
    }
}

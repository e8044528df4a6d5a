using Tracer.Core.Probes;
using Tracer.Core.Targets;
using Tracer.Elf;
using Tracer.Runtimes.Code;

namespace Tracer.Runtimes.Python;

/// <summary>
/// Wakes CPython 3.11's <c>function__entry</c>. In 3.11 that site lies behind a branch that is taken only while a trace function is set or the
/// semaphore of the probe <c>line</c> is up (Python/ceval.c of 3.11: DISPATCH with PyDTrace_LINE_ENABLED, and DTRACE_FUNCTION_ENTRY in DO_TRACING).
/// Raising that semaphore alone makes the site fire exactly once a call and costs no <c>line</c> events.
/// </summary>
public static class LineSemaphore
{
    // Exported functions that a running interpreter has no reason to enter: the main function of frozen programs, and a wrapper for embedders.
    // A hit there would only cost time.
    private static readonly string[] IdleFunctions = ["Py_FrozenMain", "PyRun_AnyFile"];

    /// <summary>The probe <c>function__entry</c> with what wakes it, or with the reason why it stays asleep.</summary>
    /// <param name="entry">The probe of the notes.</param>
    /// <param name="line">The probe <c>line</c> of the same file; null when it has none.</param>
    public static Probe Wake(Probe entry, Probe? line)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var semaphore = line?.Sites.Select(s => s.Semaphore).FirstOrDefault(s => s is not null);
        if (semaphore is null)
            return entry with { DormantReason = "CPython 3.11 passes this site only while the probe line is enabled, and this file has no such probe" };
        if (FindIdle(entry.Module) is not { } idle)
            return entry with { DormantReason = "CPython 3.11 passes this site only while the probe line is enabled too, and no idle function was found to enable it with" };
        return entry with
        {
            Activations = [new Activation(semaphore, idle)],
            Note = "raises the semaphore of the probe line, without which CPython 3.11 does not pass this site",
        };
    }

    private static CodeLocation? FindIdle(TargetModule module)
    {
        var image = module.Image;
        foreach (var name in IdleFunctions)
        {
            if (NamedFunction.TryFindSymbol(image, name, out var symbol) && symbol.Type == ElfSymbolType.Function
                && image.IsCode(symbol.Value) && FunctionEntry.IsInstruction(image.DataFrom(symbol.Value).Span)
                && image.AddressMap.TryGetFileOffset(symbol.Value, out var offset))
                return new CodeLocation(module, offset, symbol.Value);
        }

        return null;
    }
}

using Tracer.Core.Probes;

namespace Tracer.Runtimes.Native;

/// <summary>The names of native probes, in the spelling in which they were asked for: <c>uprobe:libc.so.6:malloc</c>, <c>pid:libc.so.6:malloc:entry</c>.</summary>
internal static class ProbeNames
{
    /// <summary>The draft of a probe at a place of a module.</summary>
    public static ProbeDraft Draft(ProbeSpec spec, NativeModule module, string place, string? function)
    {
        var name = $"{module.Module.Name}:{place}";
        if (spec.Provider == "pid" && function is not null)
            name = $"{module.Module.Name}:{function}:{PidName(spec, place, function)}";
        return new ProbeDraft(spec.Provider, name, module.Module, function, module.Debug?.Types);
    }

    private static string PidName(ProbeSpec spec, string place, string function) =>
        spec.Native!.IsReturn ? "return" : place.Length > function.Length + 3 ? place[(function.Length + 3)..] : "entry";
}

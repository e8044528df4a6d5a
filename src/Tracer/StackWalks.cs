using Microsoft.Extensions.Logging;
using Tracer.Core.Plans;
using Tracer.Core.Stacks;
using Tracer.Logging;

namespace Tracer;

/// <summary>Chooses how the stacks among a plan's keys are walked, and says why.</summary>
internal static class StackWalks
{
    // The names of so many modules are told.
    private const int MostNamed = 3;

    /// <summary>The plan with that choice; what is said of it is told once a backend is known to heed it.</summary>
    public static WalkedPlan Choose(TracePlan plan, StackWalk walk)
    {
        if (!FrameChainPlanner.HasStackKeys(plan))
            return new WalkedPlan(plan, null, null);
        if (walk == StackWalk.Unwind)
            return new WalkedPlan(plan, "unwound from copies: asked for", null);
        if (!FrameChainPlanner.AllowsChains(plan) && walk == StackWalk.Auto)
            return new WalkedPlan(plan, "unwound from copies: beside a text or another stack", null);
        var code = new FramePointerCode(plan.Target.Code, goesOn: walk == StackWalk.Frames);
        var without = code.Without.Count == 0 ? null : $"{Names(code.Without.Select(m => m.Name))} {(code.Without.Count == 1 ? "keeps" : "keep")} no frame pointers";
        if (walk == StackWalk.Auto && (without is not null || code.Ranges.Count == 0))
            return new WalkedPlan(plan, $"unwound from copies: {without ?? "no module keeps frame pointers"}", null);
        if (!FrameChainPlanner.AllowsChains(plan))
            return new WalkedPlan(FrameChainPlanner.WithChains(plan, code), "walked by frame pointers: asked for; beside a text or another stack unwound from copies", null);
        return walk == StackWalk.Auto
            ? new WalkedPlan(FrameChainPlanner.WithChains(plan, code), "walked by frame pointers: all modules keep them, apart from the C library and the loader", null)
            : new WalkedPlan(FrameChainPlanner.WithChains(plan, code), "walked by frame pointers: asked for", without is null ? null : $"Stacks may lack frames: {without}.");
    }

    /// <summary>Tells what was chosen.</summary>
    public static void Tell(ILogger logger, string? reason, string? warning)
    {
        if (reason is not null)
            SessionLog.StacksWalked(logger, reason);
        if (warning is not null)
            SessionLog.CatalogWarning(logger, warning);
    }

    private static string Names(IEnumerable<string> names)
    {
        var all = names.Distinct().ToArray();
        return all.Length <= MostNamed ? string.Join(", ", all) : $"{string.Join(", ", all[..MostNamed])} and {all.Length - MostNamed} more";
    }
}

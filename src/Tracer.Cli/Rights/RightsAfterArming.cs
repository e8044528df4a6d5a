using Microsoft.Extensions.Logging;
using Tracer.Linux;

namespace Tracer.Cli.Rights;

/// <summary>Gives up, when all probes are armed, what the rest of the session can do without.</summary>
internal static partial class RightsAfterArming
{
    /// <summary>Drops them and says so; that they cannot be dropped is a warning, for tracing does not depend on it.</summary>
    public static void Drop(int targetId, SessionNeeds needs, ILogger logger)
    {
        var gate = LinuxSystemCalls.Instance;
        var facts = KernelFacts.Read(gate);
        if (facts.Capabilities.Bits == 0)
            return;
        var kept = RetainedCapabilities.Of(gate, facts, targetId, needs);
        try
        {
            if (CapabilityDrop.KeepOnly(gate, kept).TryGet(out _, out var error))
                Dropped(logger, kept.Bits == 0 ? "all" : $"all but {kept}");
            else
                NotDropped(logger, error.ToString());
        }
        catch (KernelException e)
        {
            NotDropped(logger, e.Message);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Capabilities dropped: {Which}")]
    private static partial void Dropped(ILogger logger, string which);

    [LoggerMessage(2, LogLevel.Warning, "sharptrace: Capabilities that are no longer needed could not be dropped: {Reason}. [ST0222]")]
    private static partial void NotDropped(ILogger logger, string reason);
}

using Microsoft.Extensions.Logging;
using Tracer.Core.Backends;
using Tracer.Core.Diagnostics;
using Tracer.Logging;

namespace Tracer;

/// <summary>Chooses the backend for a plan and says why.</summary>
internal static class BackendSelector
{
    /// <summary>The backend that follows processes.</summary>
    public static IProbeBackend SelectFollowing(BackendChoice choice, IReadOnlyList<IProbeBackend> backends, ILogger logger)
    {
        string? reason = null;
        foreach (var backend in backends.Where(b => NameOf(choice) is not { } wanted || b.Name == wanted))
        {
            if (backend.RefuseFamily() is not { } refusal)
            {
                SessionLog.BackendChosen(logger, backend.Name, "it follows processes");
                return backend;
            }

            reason ??= $"{backend.Name}: {refusal}";
        }

        throw new TracerException(
            "ST0414", FailureKind.Unsupported, "What a process starts and loads cannot be followed here.", reason, "Leave --follow out and trace each process by its id; 'sharptrace doctor' says what is missing.");
    }

    private static string? NameOf(BackendChoice choice) => choice switch { BackendChoice.Ebpf => "ebpf", BackendChoice.Perf => "perf", BackendChoice.Ptrace => "ptrace", _ => null };

    public static IProbeBackend Select(BackendChoice choice, IReadOnlyList<IProbeBackend> backends, ReturnPlans plans, ILogger logger)
    {
        var wanted = NameOf(choice);
        BackendSupport? refusal = null;
        string? refused = null;
        foreach (var backend in backends.Where(b => wanted is null || b.Name == wanted))
        {
            var support = plans.Refuse(backend) is { } problem ? BackendSupport.No(problem) : backend.Evaluate(plans.For(backend).Plan);
            if (support.IsSupported)
            {
                var reason = support.Reason ?? (wanted is null ? "the first that works here" : "asked for");
                SessionLog.BackendChosen(logger, backend.Name, reason);
                return backend;
            }

            SessionLog.BackendRefused(logger, backend.Name, support.Reason ?? "no reason given");
            if (support.IsUnmetered && wanted is not null)
            {
                throw new TracerException(
                    "ST0217", FailureKind.Unsupported, $"The {backend.Name} backend cannot keep a bound on its overhead here.", support.Reason,
                    "Leave --max-overhead out, or use another backend.");
            }

            // The most preferred backend's refusal is the one worth telling, unless a later one lacks only permission.
            if (refusal is null || (!refusal.IsPermissionProblem && support.IsPermissionProblem))
                (refusal, refused) = (support, backend.Name);
        }

        if (refusal is null)
            throw new TracerException("ST0203", FailureKind.Unsupported, $"There is no backend {wanted ?? "at all"} in this build.");
        var kind = refusal.IsPermissionProblem ? FailureKind.NotPermitted : FailureKind.Unsupported;
        throw new TracerException(
            "ST0204", kind, wanted is null ? "No backend can trace this process here." : $"The {wanted} backend cannot trace this process here.",
            $"{refused}: {refusal.Reason}", refusal.Remedy ?? "Run 'sharptrace doctor' to see what is missing and how to get it.");
    }
}

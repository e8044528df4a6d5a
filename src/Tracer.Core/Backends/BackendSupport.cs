using Tracer.Core.Diagnostics;

namespace Tracer.Core.Backends;

/// <summary>Whether a backend can carry out a plan here, and if not, why.</summary>
/// <param name="IsSupported">Whether it can.</param>
/// <param name="Reason">Why not, or what it does differently, in one sentence; null when there is nothing to say.</param>
/// <param name="IsPermissionProblem">Whether more privilege would help.</param>
public sealed record BackendSupport(bool IsSupported, string? Reason = null, bool IsPermissionProblem = false)
{
    /// <summary>What helps, as a command where one does; null when nothing is known to.</summary>
    public string? Remedy { get; init; }

    /// <summary>Whether it could trace, but not keep a bound on its price (<see cref="Plans.TracePlan.IsMetered"/>).</summary>
    public bool IsUnmetered { get; private init; }

    /// <summary>It can.</summary>
    public static BackendSupport Yes { get; } = new(true);

    /// <summary>It could, but not with a bound on its price.</summary>
    public static BackendSupport Unmetered(string reason) => new(false, reason) { IsUnmetered = true };

    /// <summary>It cannot, for the reason and with the remedy of a failure.</summary>
    public static BackendSupport No(TracerException failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return No(failure.Why is null ? failure.What : $"{failure.What} {failure.Why}", failure.Kind == FailureKind.NotPermitted) with { Remedy = failure.Remedy };
    }

    /// <summary>It cannot.</summary>
    public static BackendSupport No(string reason, bool permission = false) => new(false, reason, permission);
}

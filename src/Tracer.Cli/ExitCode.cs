using Tracer.Core.Diagnostics;

namespace Tracer.Cli;

/// <summary>The exit codes of the command, listed in docs/exit-codes.md.</summary>
public enum ExitCode
{
    /// <summary>All went well.</summary>
    Ok = 0,
    /// <summary>Tracing failed.</summary>
    TracingFailed = 1,
    /// <summary>The command line makes no sense.</summary>
    Usage = 2,
    /// <summary>Events were lost and <c>--fail-on-loss</c> was given.</summary>
    EventsLost = 3,
    /// <summary>More privilege is needed.</summary>
    NotPermitted = 4,
    /// <summary>The kernel or the target lacks something that is needed.</summary>
    Unsupported = 5,
    /// <summary>There is no such process, file or probe.</summary>
    NotFound = 6,
}

/// <summary>From a failure to its exit code.</summary>
internal static class ExitCodes
{
    public static ExitCode Of(TracerException error) => error.Kind switch
    {
        FailureKind.Usage => ExitCode.Usage,
        FailureKind.NotPermitted => ExitCode.NotPermitted,
        FailureKind.Unsupported => ExitCode.Unsupported,
        FailureKind.NotFound => ExitCode.NotFound,
        _ => ExitCode.TracingFailed,
    };
}

namespace Tracer.Core.Diagnostics;

/// <summary>The kinds of expected failure; the command line turns each into an exit code.</summary>
public enum FailureKind
{
    /// <summary>Tracing itself failed.</summary>
    TracingFailed,
    /// <summary>The request makes no sense: unknown option, malformed probe name.</summary>
    Usage,
    /// <summary>More privilege is needed.</summary>
    NotPermitted,
    /// <summary>The kernel, the processor mode or the file lacks something that is needed.</summary>
    Unsupported,
    /// <summary>There is no such process, file or probe.</summary>
    NotFound,
}

namespace Tracer.Bpf;

/// <summary>The kernel refused a program.</summary>
public sealed class BpfLoadException : BpfException
{
    /// <summary>Makes an error with no text.</summary>
    public BpfLoadException()
    {
    }

    /// <summary>Makes an error with <paramref name="message"/>.</summary>
    public BpfLoadException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an error with <paramref name="message"/> and its cause.</summary>
    public BpfLoadException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Makes the error of a load that failed with <paramref name="errno"/> and left <paramref name="verifierLog"/>.</summary>
    public BpfLoadException(string programName, int errno, string verifierLog)
        : base($"load BPF program '{programName}'", errno, VerifierLog.Summarise(verifierLog))
    {
        Log = verifierLog;
        Summary = VerifierLog.Summarise(verifierLog) ?? Bpf.Errno.Name(errno);
    }

    /// <summary>The verifier's last meaningful line, with the instruction it speaks of; the errno's name when there is no log.</summary>
    public string Summary { get; } = "";

    /// <summary>
    /// The verifier's log as the kernel gave it; empty when there was none (EPERM, or a kernel without the program type).
    /// </summary>
    public string Log { get; } = "";
}

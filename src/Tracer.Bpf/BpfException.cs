namespace Tracer.Bpf;

/// <summary>The kernel refused an operation on a map, program, link or ring.</summary>
public class BpfException : Exception
{
    /// <summary>Makes an error with no text.</summary>
    public BpfException()
    {
    }

    /// <summary>Makes an error with <paramref name="message"/>.</summary>
    public BpfException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an error with <paramref name="message"/> and its cause.</summary>
    public BpfException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Says that <paramref name="operation"/> failed with <paramref name="errno"/> (positive), and perhaps why.</summary>
    public BpfException(string operation, int errno, string? reason = null)
        : base($"{operation}: {Bpf.Errno.Name(errno)}{(reason is null ? "" : $" ({reason})")}") => Errno = errno;

    /// <summary>The kernel's error number, positive; 0 when there is none.</summary>
    public int Errno { get; }
}

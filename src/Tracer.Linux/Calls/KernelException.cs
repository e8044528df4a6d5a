namespace Tracer.Linux;

/// <summary>A system call failed in a way its caller did not expect; the message says what was being done and why it failed.</summary>
public sealed class KernelException : Exception
{
    /// <summary>An exception for <paramref name="error"/> while <paramref name="doing"/>.</summary>
    public KernelException(Errno error, string doing)
        : base($"{doing}: {error.Describe()}") => Error = error;

    /// <summary>An exception with a message and no error number.</summary>
    public KernelException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with a message and a cause.</summary>
    public KernelException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>An exception about nothing in particular.</summary>
    public KernelException()
    {
    }

    /// <summary>The kernel's error, or <see cref="Errno.None"/>.</summary>
    public Errno Error { get; }
}

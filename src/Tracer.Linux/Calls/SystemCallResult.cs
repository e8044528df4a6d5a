namespace Tracer.Linux;

/// <summary>What one system call returned: a value of zero or more, or an error. Costs nothing over the raw number.</summary>
/// <param name="Raw">The kernel's return value: minus errno in -4095..-1 means failure.</param>
public readonly record struct SystemCallResult(nint Raw)
{
    // Errors are the top page of the address space: include/linux/err.h, MAX_ERRNO.
    private const nint MaxErrno = 4095;

    /// <summary>A failed result carrying <paramref name="error"/>.</summary>
    public static SystemCallResult Failed(Errno error) => new(-(int)error);

    /// <summary>True when the call failed.</summary>
    public bool IsError => Raw is < 0 and >= -MaxErrno;

    /// <summary>True when the call succeeded.</summary>
    public bool IsSuccess => !IsError;

    /// <summary>The error, or <see cref="Linux.Errno.None"/>.</summary>
    public Errno Error => IsError ? (Errno)(int)-Raw : Errno.None;

    /// <summary>The value returned, or zero when the call failed; for counts and descriptors.</summary>
    public int Count => IsError ? 0 : (int)Raw;

    /// <summary>Returns the value; throws <see cref="KernelException"/> naming <paramref name="doing"/> ("opening /etc/passwd") on failure.</summary>
    public nint OrThrow(string doing) => IsError ? throw new KernelException(Error, doing) : Raw;

    /// <inheritdoc/>
    public override string ToString() => IsError ? Error.Describe() : Raw.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

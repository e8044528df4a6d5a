using System.Diagnostics.CodeAnalysis;

namespace Tracer.Linux;

/// <summary>A value the kernel gave, or the error it gave instead and what was being done; for failures a caller expects and handles.</summary>
/// <typeparam name="T">What success carries.</typeparam>
public readonly struct KernelResult<T>
{
    private readonly T? _value;

    private KernelResult(T? value, Errno error, string doing)
    {
        _value = value;
        Error = error;
        Doing = doing;
    }

    /// <summary>The error, or <see cref="Errno.None"/>.</summary>
    public Errno Error { get; }

    /// <summary>What was being done when it failed ("opening /proc/1/mem"); empty on success.</summary>
    public string Doing { get; }

    /// <summary>True when there is a value.</summary>
    public bool IsSuccess => Error == Errno.None;

    /// <summary>The value; throws <see cref="KernelException"/> when there is none.</summary>
    public T Value => IsSuccess ? _value! : throw new KernelException(Error, Doing);

    /// <summary>One sentence for a user: "opening /proc/1/mem: EPERM (operation not permitted)"; empty on success.</summary>
    public string Message => IsSuccess ? "" : $"{Doing}: {Error.Describe()}";

    /// <summary>A successful result.</summary>
    public static implicit operator KernelResult<T>(T value) => new(value, Errno.None, "");

    /// <summary>A failed result; see <see cref="KernelError"/>.</summary>
    public static implicit operator KernelResult<T>(KernelError error) => new(default, error.Error, error.Doing);

    /// <summary>Gives the value when there is one.</summary>
    public bool TryGet([MaybeNullWhen(false)] out T value)
    {
        value = _value;
        return IsSuccess;
    }

    /// <summary>Gives the value when there is one, else the failure, ready to be returned as another result's.</summary>
    public bool TryGet([MaybeNullWhen(false)] out T value, out KernelError error)
    {
        error = new KernelError(Error, Doing);
        return TryGet(out value);
    }

    /// <inheritdoc/>
    public override string ToString() => IsSuccess ? $"{_value}" : Message;
}

using Tracer.Linux;

namespace Tracer.Bpf;

/// <summary>An attachment of a program: it runs until this is disposed (or the process ends).</summary>
public abstract class BpfLink : BpfObject
{
    private protected BpfLink(ISystemCallGate gate, int descriptor)
        : base(gate, descriptor)
    {
    }

    /// <summary>The NUL-terminated UTF-8 bytes of a path, as the kernel takes it.</summary>
    private protected static byte[] PathBytes(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (path.Contains('\0', StringComparison.Ordinal))
            throw new ArgumentException("A path has no NUL.", nameof(path));
        return System.Text.Encoding.UTF8.GetBytes(path + '\0');
    }
}

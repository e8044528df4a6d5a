using Tmds.Linux;

namespace Tracer.Linux;

/// <summary>The running kernel behind the gate: libc's <c>syscall(2)</c>, its errno turned back into the kernel's minus errno.</summary>
public sealed class LinuxSystemCalls : ISystemCallGate
{
    private LinuxSystemCalls()
    {
    }

    /// <summary>The one live gate; it has no state, so that any thread may use it.</summary>
    public static LinuxSystemCalls Instance { get; } = new();

    /// <inheritdoc/>
    public unsafe nint Invoke(nint number, nint a0 = 0, nint a1 = 0, nint a2 = 0, nint a3 = 0, nint a4 = 0, nint a5 = 0)
    {
        // syscall() is variadic in C, but on x86-64 integer varargs travel in the same registers as named ones.
        var value = (nint)(long)(ssize_t)LibC.syscall((void*)number, (void*)a0, (void*)a1, (void*)a2, (void*)a3, (void*)a4, (void*)a5);
        return value == -1 ? -LibC.errno : value;
    }

    /// <inheritdoc/>
    public IKeptGate Keep() => KeeperPool.Open();
}

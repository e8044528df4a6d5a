using System.Runtime.InteropServices;

namespace Tracer.Linux;

/// <summary>The running kernel behind the gate: libc's <c>syscall(2)</c>, its errno turned back into the kernel's minus errno.</summary>
public sealed partial class LinuxSystemCalls : ISystemCallGate
{
    private LinuxSystemCalls()
    {
    }

    /// <summary>The one live gate; it has no state, so that any thread may use it.</summary>
    public static LinuxSystemCalls Instance { get; } = new();

    /// <inheritdoc/>
    public nint Invoke(nint number, nint a0 = 0, nint a1 = 0, nint a2 = 0, nint a3 = 0, nint a4 = 0, nint a5 = 0)
    {
        // syscall() is variadic in C, but on x86-64 integer varargs travel in the same registers as named ones.
        var value = Raw(number, a0, a1, a2, a3, a4, a5);
        return value == -1 ? -Marshal.GetLastPInvokeError() : value;
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Raw(nint number, nint a0, nint a1, nint a2, nint a3, nint a4, nint a5);
}

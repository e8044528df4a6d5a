using System.Runtime.InteropServices;
using Tracer.Linux;

namespace Tracer.Bpf.Tests;

/// <summary>The real kernel behind the gate.</summary>
internal sealed partial class LiveGate : ISystemCallGate
{
    public static readonly LiveGate Instance = new();

    public static bool IsPrivileged => Environment.IsPrivilegedProcess;

    public nint Invoke(nint number, nint a0 = 0, nint a1 = 0, nint a2 = 0, nint a3 = 0, nint a4 = 0, nint a5 = 0)
    {
        var result = SystemCall(number, a0, a1, a2, a3, a4, a5);
        return result == -1 ? -Marshal.GetLastPInvokeError() : result;
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint a0, nint a1, nint a2, nint a3, nint a4, nint a5);
}

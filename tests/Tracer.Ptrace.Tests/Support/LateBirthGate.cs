using System.Runtime.InteropServices;
using Tracer.Linux;

namespace Tracer.Ptrace.Tests.Support;

/// <summary>A kernel on a busy machine: what is told of a child process of the target comes a while after what is told of others.</summary>
internal sealed class LateBirthGate(int processId, TimeSpan delay) : ISystemCallGate
{
    private const int ById = 1; // P_PID
    private const int NoHang = 1;
    private const int NoWait = 0x01000000;
    private const int IdOffset = 16; // of siginfo_t

    private readonly Dictionary<int, DateTime> _due = [];
    private readonly ProcFs _proc = new(LinuxSystemCalls.Instance);

    public nint Invoke(nint number, nint a0 = 0, nint a1 = 0, nint a2 = 0, nint a3 = 0, nint a4 = 0, nint a5 = 0)
    {
        var kernel = LinuxSystemCalls.Instance;
        var result = kernel.Invoke(number, a0, a1, a2, a3, a4, a5);
        if (number != SystemCall.WaitId || a0 != 0 || (a3 & NoWait) == 0 || result < 0 || !IsLate(Marshal.ReadInt32(a2, IdOffset)))
            return result;
        // The newest is told first; the others have their turn.
        foreach (var tid in _proc.Tasks(processId).TryGet(out var tids) ? tids : [])
        {
            result = kernel.Invoke(number, ById, tid, a2, a3 | NoHang, a4, a5);
            if (result == 0 && Marshal.ReadInt32(a2, IdOffset) != 0) return 0;
        }

        Marshal.WriteInt32(a2, IdOffset, 0);
        if ((a3 & NoHang) != 0) return 0;
        Thread.Sleep(1);
        return -(int)Errno.EINTR;
    }

    private bool IsLate(int tid)
    {
        if (tid == 0 || Directory.Exists($"/proc/{processId}/task/{tid}")) return false;
        if (!_due.TryGetValue(tid, out var due)) _due[tid] = due = DateTime.UtcNow + delay;
        return DateTime.UtcNow < due;
    }
}

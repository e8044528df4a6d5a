using System.Buffers.Binary;

namespace Tracer.Linux;

/// <summary>
/// Gives up capabilities, in all threads of this process and in its keepers. capset(2) changes the thread that calls it, and the C library has no call for all of them (libpsx, which has, is not everywhere): every thread
/// is sent a signal whose handler, a few instructions of our own that know nothing of the runtime, makes the call. Threads made later inherit what their makers have.
/// </summary>
public static class CapabilityDrop
{
    // _LINUX_CAPABILITY_VERSION_3, include/uapi/linux/capability.h.
    private const uint Version = 0x20080522;

    private const int DataOffset = 64;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // One drop is under way at a time, and what a handler may still be running stays mapped.
    private static readonly Lock Dropping = new();
    private static readonly List<ExecutableCode> Kept = [];

    /// <summary>
    /// Drops from the effective, permitted, inheritable and ambient sets of all threads what is not in <paramref name="keep"/>. ETIMEDOUT when a thread does not take the signal, EACCES or EPERM
    /// where anonymous files are not executable (vm.memfd_noexec). After a failure some threads may have dropped them.
    /// </summary>
    public static KernelResult<bool> KeepOnly(ISystemCallGate gate, CapabilitySet keep)
    {
        ArgumentNullException.ThrowIfNull(gate);
        lock (Dropping)
        {
            var proc = new ProcFs(gate);
            var pid = Environment.ProcessId;
            if (!proc.Status(pid).TryGet(out var self, out var error)) return error;
            var left = new CapabilitySet(self.PermittedCapabilities.Bits & keep.Bits);
            if (!ExecutableCode.Create(gate, Code(left)).TryGet(out var code, out error)) return error;
            Kept.Add(code);
            var signal = FreeSignal.Handle(code.Address, restart: true);
            code.Call(0, 1);
            var inKeepers = new SystemCallResult(KeeperPool.InvokeInAll(SystemCall.CapSet, code.Address + DataOffset, code.Address + DataOffset + 8));
            return inKeepers.IsError ? new KernelError(inKeepers.Error, "dropping the capabilities of a keeper") : Broadcast(gate, proc, pid, signal, left);
        }
    }

    // A thread that is made while the list is read, by one that has not dropped them yet, is in the next list: two in a row must be clean.
    private static KernelResult<bool> Broadcast(ISystemCallGate gate, ProcFs proc, int pid, Signal signal, CapabilitySet left)
    {
        var deadline = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        for (var clean = 0; clean < 2;)
        {
            if (!proc.Tasks(pid).TryGet(out var tids, out var error)) return error;
            var late = tids.Where(t => proc.ThreadStatus(pid, t).TryGet(out var status) && (status.PermittedCapabilities.Bits & ~left.Bits) != 0).ToArray();
            clean = late.Length == 0 ? clean + 1 : 0;
            if (late.Length == 0) continue;
            if (Environment.TickCount64 > deadline) return new KernelError(Errno.ETIMEDOUT, $"dropping the capabilities of thread {late[0]}");
            foreach (var tid in late) gate.KillThread(pid, tid, signal);
            Thread.Sleep(1);
        }

        return true;
    }

    // void handler(int): capset(&header, data).
    private static byte[] Code(CapabilitySet left)
    {
        var code = new byte[DataOffset + 32];
        ReadOnlySpan<byte> instructions =
        [
            0xB8, SystemCall.CapSet, 0, 0, 0, // mov $126, %eax
            0x48, 0x8D, 0x3D, DataOffset - 12, 0, 0, 0, // lea header(%rip), %rdi
            0x48, 0x8D, 0x35, DataOffset + 8 - 19, 0, 0, 0, // lea data(%rip), %rsi
            0x0F, 0x05, // syscall
            0xC3, // ret
        ];
        instructions.CopyTo(code);
        // struct __user_cap_header_struct: version, pid (zero: the caller); then two of __user_cap_data_struct: effective, permitted, inheritable.
        var data = code.AsSpan(DataOffset);
        BinaryPrimitives.WriteUInt32LittleEndian(data, Version);
        for (var half = 0; half < 2; half++)
        {
            var bits = (uint)(left.Bits >> (32 * half));
            BinaryPrimitives.WriteUInt32LittleEndian(data[(8 + (12 * half))..], bits);
            BinaryPrimitives.WriteUInt32LittleEndian(data[(12 + (12 * half))..], bits);
        }

        return code;
    }
}

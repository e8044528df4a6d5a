namespace Tracer.Linux;

/// <summary>
/// The one seam between this program and the kernel: every system call goes through here, so that a test can answer
/// EPERM, ENOSYS or ESRCH in the kernel's place.
/// </summary>
public interface ISystemCallGate
{
    /// <summary>
    /// Invokes system call <paramref name="number"/> (x86-64 numbers, arch/x86/entry/syscalls/syscall_64.tbl) and returns what the
    /// kernel returned: zero or more on success, minus errno on failure (-4095 to -1), as the kernel itself does.
    /// </summary>
    nint Invoke(nint number, nint a0 = 0, nint a1 = 0, nint a2 = 0, nint a3 = 0, nint a4 = 0, nint a5 = 0);

    /// <summary>
    /// A gate to the same kernel for calls that change other processes' memory: a fatal signal that comes while the kernel is at it makes it leave breakpoints and semaphores behind. Here it is this gate
    /// itself, with no such protection.
    /// </summary>
    IKeptGate Keep() => new OwnCalls(this);
}

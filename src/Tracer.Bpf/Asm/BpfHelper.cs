namespace Tracer.Bpf;

/// <summary>
/// The kernel's helper functions that tracing programs use, by their fixed ids (__BPF_FUNC_MAPPER, include/uapi/linux/bpf.h). Arguments
/// go in
/// R1-R5; a negative result is minus errno. Those that read memory ask for a GPL-compatible licence.
/// </summary>
public enum BpfHelper
{
    /// <summary>(map, key) → address of the value, or 0.</summary>
    MapLookup = 1,

    /// <summary>(map, key, value, <see cref="BpfUpdateMode"/>) → 0.</summary>
    MapUpdate = 2,

    /// <summary>(map, key) → 0.</summary>
    MapDelete = 3,

    /// <summary>() → CLOCK_MONOTONIC in nanoseconds.</summary>
    GetTimeNanoseconds = 5,

    /// <summary>(format, size, up to three values) → bytes; writes to the kernel's trace_pipe. For debugging.</summary>
    TracePrint = 6,

    /// <summary>() → number of the CPU.</summary>
    GetProcessorId = 8,

    /// <summary>(context, program array, index): continues in another program.</summary>
    TailCall = 12,

    /// <summary>() → thread group id in the upper half, thread id in the lower, both of the initial pid namespace.</summary>
    GetProcessAndThread = 14,

    /// <summary>() → gid in the upper half, uid in the lower.</summary>
    GetUserAndGroup = 15,

    /// <summary>(buffer, size): the thread's name, always terminated.</summary>
    GetThreadName = 16,

    /// <summary>(context, stack trace map, flags) → stack id; BPF_F_USER_STACK is 256. Not in sleepable programs.</summary>
    GetStackId = 27,

    /// <summary>() → address of the current task_struct, as a number.</summary>
    GetTask = 35,

    /// <summary>(context, buffer, size, flags) → bytes written; BPF_F_USER_STACK is 256.</summary>
    GetStack = 67,

    /// <summary>(destination, size, user address): fails with EFAULT where a page is not present, and zero-fills.</summary>
    ProbeReadUser = 112,

    /// <summary>(destination, size, kernel address).</summary>
    ProbeReadKernel = 113,

    /// <summary>(destination, size, user address) → length with the NUL; fails with EFAULT where a page is not present.</summary>
    ProbeReadUserString = 114,

    /// <summary>(destination, size, kernel address) → length with the NUL.</summary>
    ProbeReadKernelString = 115,

    /// <summary>(device, inode, result of two u32, 8): pid and tid as a pid namespace sees them (kernel 5.7).</summary>
    GetNamespaceProcessAndThread = 120,

    /// <summary>() → CLOCK_BOOTTIME in nanoseconds (kernel 5.8).</summary>
    GetBootTimeNanoseconds = 125,

    /// <summary>(ring, data, size, <see cref="RingBufferFlags"/>) → 0, or EAGAIN when full (kernel 5.8).</summary>
    RingBufferOutput = 130,

    /// <summary>(ring, constant size, 0) → address, or 0 when full (kernel 5.8).</summary>
    RingBufferReserve = 131,

    /// <summary>(record, <see cref="RingBufferFlags"/>).</summary>
    RingBufferSubmit = 132,

    /// <summary>(record, <see cref="RingBufferFlags"/>).</summary>
    RingBufferDiscard = 133,

    /// <summary>(ring, what) → 0: bytes not yet read, 1: size, 2: reader's position, 3: writers' position.</summary>
    RingBufferQuery = 134,

    /// <summary>(destination, size, user address): sleeps for absent pages; sleepable programs only (kernel 5.10).</summary>
    CopyFromUser = 148,

    /// <summary>() → the current task_struct, typed: its fields may be loaded directly (kernel 5.11).</summary>
    GetTaskTyped = 158,

    /// <summary>(context) → the attach cookie (kernel 5.15; uprobe_multi 6.6).</summary>
    GetAttachCookie = 174,

    /// <summary>(typed task) → its user-mode pt_regs (kernel 5.15).</summary>
    GetTaskRegisters = 175,

    /// <summary>(count, subprogram, context, 0) → passes made; needs program BTF (kernel 5.17).</summary>
    Loop = 181,

    /// <summary>(destination, size, user address, typed task, 0): another task's memory; sleepable only (kernel 5.18).</summary>
    CopyFromUserTask = 191,

    /// <summary>(map, key, cpu) → address of that CPU's value, or 0 (kernel 5.19).</summary>
    MapLookupOfCpu = 195,
}

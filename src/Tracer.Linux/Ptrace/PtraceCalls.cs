using System.Runtime.CompilerServices;

namespace Tracer.Linux;

/// <summary>
/// ptrace(2) and wait4(2) through the gate. The kernel ties a tracee to the thread that seized it: make all these calls on one thread,
/// or get ESRCH. ESRCH also means that the thread is not stopped, or was killed meanwhile: expect it everywhere.
/// </summary>
public static unsafe class PtraceCalls
{
    // The seventeenth word of UserRegisters, with which struct user begins.
    private const int RipOffset = 16 * sizeof(ulong);

    /// <summary>PTRACE_SEIZE: become the tracer of thread <paramref name="tid"/> without stopping it. EPERM when not allowed or traced already.</summary>
    public static SystemCallResult PtraceSeize(this ISystemCallGate gate, int tid, PtraceOptions options) =>
        Ptrace(gate, PtraceRequest.Seize, tid, 0, (nint)options);

    /// <summary>PTRACE_INTERRUPT: have a seized thread stop with <see cref="PtraceEvent.Stop"/>.</summary>
    public static SystemCallResult PtraceInterrupt(this ISystemCallGate gate, int tid) => Ptrace(gate, PtraceRequest.Interrupt, tid, 0, 0);

    /// <summary>PTRACE_CONT, delivering <paramref name="signal"/> if the stop was for one.</summary>
    public static SystemCallResult PtraceContinue(this ISystemCallGate gate, int tid, Signal signal = Signal.None) =>
        Ptrace(gate, PtraceRequest.Continue, tid, 0, (nint)signal);

    /// <summary>PTRACE_LISTEN: leave a thread in its group stop, yet report when SIGCONT ends it.</summary>
    public static SystemCallResult PtraceListen(this ISystemCallGate gate, int tid) => Ptrace(gate, PtraceRequest.Listen, tid, 0, 0);

    /// <summary>PTRACE_SINGLESTEP: one instruction, then a SIGTRAP stop.</summary>
    public static SystemCallResult PtraceSingleStep(this ISystemCallGate gate, int tid, Signal signal = Signal.None) =>
        Ptrace(gate, PtraceRequest.SingleStep, tid, 0, (nint)signal);

    /// <summary>PTRACE_SYSCALL: run until the next entry to or exit from a system call.</summary>
    public static SystemCallResult PtraceSystemCall(this ISystemCallGate gate, int tid, Signal signal = Signal.None) =>
        Ptrace(gate, PtraceRequest.SystemCall, tid, 0, (nint)signal);

    /// <summary>PTRACE_DETACH of a stopped thread, delivering <paramref name="signal"/>.</summary>
    public static SystemCallResult PtraceDetach(this ISystemCallGate gate, int tid, Signal signal = Signal.None) =>
        Ptrace(gate, PtraceRequest.Detach, tid, 0, (nint)signal);

    /// <summary>PTRACE_SETOPTIONS.</summary>
    public static SystemCallResult PtraceSetOptions(this ISystemCallGate gate, int tid, PtraceOptions options) =>
        Ptrace(gate, PtraceRequest.SetOptions, tid, 0, (nint)options);

    /// <summary>PTRACE_GETREGS.</summary>
    public static SystemCallResult PtraceGetRegisters(this ISystemCallGate gate, int tid, out UserRegisters registers)
    {
        Unsafe.SkipInit(out registers);
        fixed (UserRegisters* buffer = &registers) return Ptrace(gate, PtraceRequest.GetRegisters, tid, 0, (nint)buffer);
    }

    /// <summary>PTRACE_SETREGS.</summary>
    public static SystemCallResult PtraceSetRegisters(this ISystemCallGate gate, int tid, in UserRegisters registers)
    {
        fixed (UserRegisters* buffer = &registers) return Ptrace(gate, PtraceRequest.SetRegisters, tid, 0, (nint)buffer);
    }

    /// <summary>PTRACE_GETFPREGS: x87 and xmm.</summary>
    public static SystemCallResult PtraceGetFloatingPoint(this ISystemCallGate gate, int tid, out UserFloatingPoint registers)
    {
        Unsafe.SkipInit(out registers);
        fixed (UserFloatingPoint* buffer = &registers) return Ptrace(gate, PtraceRequest.GetFloatingPoint, tid, 0, (nint)buffer);
    }

    /// <summary>PTRACE_SETFPREGS.</summary>
    public static SystemCallResult PtraceSetFloatingPoint(this ISystemCallGate gate, int tid, in UserFloatingPoint registers)
    {
        fixed (UserFloatingPoint* buffer = &registers) return Ptrace(gate, PtraceRequest.SetFloatingPoint, tid, 0, (nint)buffer);
    }

    /// <summary>PTRACE_GETREGSET with NT_X86_XSTATE: the whole XSAVE area, ymm and zmm included. Returns the bytes filled in.</summary>
    public static SystemCallResult PtraceGetExtendedState(this ISystemCallGate gate, int tid, Span<byte> destination)
    {
        const int NtX86XState = 0x202; // include/uapi/linux/elf.h
        fixed (byte* buffer = destination)
        {
            var area = new RemoteRange((ulong)buffer, (ulong)destination.Length);
            var result = Ptrace(gate, PtraceRequest.GetRegisterSet, tid, NtX86XState, (nint)(&area));
            return result.IsError ? result : new((nint)area.Length);
        }
    }

    /// <summary>PTRACE_PEEKUSER: one word of <c>struct user</c>, at byte <paramref name="offset"/>.</summary>
    public static SystemCallResult PtracePeekUser(this ISystemCallGate gate, int tid, int offset, out ulong value)
    {
        // The system call stores the word where libc's wrapper would return it.
        ulong word = 0;
        var result = Ptrace(gate, PtraceRequest.PeekUser, tid, offset, (nint)(&word));
        value = word;
        return result;
    }

    /// <summary>PTRACE_POKEUSER: cheaper than SETREGS for one register.</summary>
    public static SystemCallResult PtracePokeUser(this ISystemCallGate gate, int tid, int offset, ulong value) =>
        Ptrace(gate, PtraceRequest.PokeUser, tid, offset, (nint)value);

    /// <summary>Sets rip alone, by PTRACE_POKEUSER.</summary>
    public static SystemCallResult PtraceSetRip(this ISystemCallGate gate, int tid, ulong rip) =>
        gate.PtracePokeUser(tid, RipOffset, rip);

    /// <summary>PTRACE_PEEKDATA: eight bytes of memory, whatever their protection.</summary>
    public static SystemCallResult PtracePeekData(this ISystemCallGate gate, int tid, ulong address, out ulong value)
    {
        ulong word = 0;
        var result = Ptrace(gate, PtraceRequest.PeekData, tid, (nint)address, (nint)(&word));
        value = word;
        return result;
    }

    /// <summary>PTRACE_POKEDATA: eight bytes of memory, whatever their protection; works where /proc/PID/mem is restricted.</summary>
    public static SystemCallResult PtracePokeData(this ISystemCallGate gate, int tid, ulong address, ulong value) =>
        Ptrace(gate, PtraceRequest.PokeData, tid, (nint)address, (nint)value);

    /// <summary>PTRACE_GETEVENTMSG: see <see cref="PtraceEvent"/>.</summary>
    public static SystemCallResult PtraceGetEventMessage(this ISystemCallGate gate, int tid, out ulong message)
    {
        ulong word = 0;
        var result = Ptrace(gate, PtraceRequest.GetEventMessage, tid, 0, (nint)(&word));
        message = word;
        return result;
    }

    /// <summary>PTRACE_GETSIGINFO: what signal, by whom, where. EINVAL in a group stop, which is how the two are told apart.</summary>
    public static SystemCallResult PtraceGetSignalInformation(this ISystemCallGate gate, int tid, out SignalInformation information)
    {
        Unsafe.SkipInit(out information);
        fixed (SignalInformation* buffer = &information) return Ptrace(gate, PtraceRequest.GetSignalInformation, tid, 0, (nint)buffer);
    }

    /// <summary>PTRACE_SETSIGINFO: what a handler will be told of the signal that the thread stands before.</summary>
    public static SystemCallResult PtraceSetSignalInformation(this ISystemCallGate gate, int tid, in SignalInformation information)
    {
        fixed (SignalInformation* buffer = &information) return Ptrace(gate, PtraceRequest.SetSignalInformation, tid, 0, (nint)buffer);
    }

    /// <summary>PTRACE_GETSIGMASK: the signals a thread blocks, bit n - 1 for signal n (Linux 3.11).</summary>
    public static SystemCallResult PtraceGetSignalMask(this ISystemCallGate gate, int tid, out ulong mask)
    {
        ulong word = 0;
        var result = Ptrace(gate, PtraceRequest.GetSignalMask, tid, sizeof(ulong), (nint)(&word));
        mask = word;
        return result;
    }

    /// <summary>PTRACE_SETSIGMASK.</summary>
    public static SystemCallResult PtraceSetSignalMask(this ISystemCallGate gate, int tid, ulong mask) =>
        Ptrace(gate, PtraceRequest.SetSignalMask, tid, sizeof(ulong), (nint)(&mask));

    /// <summary>
    /// wait4(2), tried again after EINTR. <paramref name="id"/>: -1 any, else one process or thread. ECHILD when there is nobody to wait for.
    /// A tracer waits for -1 with All and ThisThread: waiting for a leader alone deadlocks on the events of its threads.
    /// </summary>
    public static KernelResult<WaitResult> Wait(this ISystemCallGate gate, int id, WaitOptions options)
    {
        var status = 0;
        SystemCallResult result;
        do result = new(gate.Invoke(SystemCall.Wait4, id, (nint)(&status), (nint)(int)options));
        while (result.Error == Errno.EINTR);
        return result.IsError ? new KernelError(result.Error, "waiting for a child") : new WaitResult((int)result.Raw, new WaitStatus(status));
    }

    private static SystemCallResult Ptrace(ISystemCallGate gate, PtraceRequest request, int tid, nint address, nint data) =>
        new(gate.Invoke(SystemCall.Ptrace, (nint)(int)request, tid, address, data));
}

namespace Tracer.Linux;

/// <summary>Requests of ptrace(2), x86-64 (include/uapi/linux/ptrace.h, arch/x86/include/uapi/asm/ptrace-abi.h); public so that a fake kernel can name them.</summary>
public enum PtraceRequest
{
    /// <summary>PTRACE_PEEKDATA.</summary>
    PeekData = 2,

    /// <summary>PTRACE_PEEKUSER.</summary>
    PeekUser = 3,

    /// <summary>PTRACE_POKEDATA.</summary>
    PokeData = 5,

    /// <summary>PTRACE_POKEUSER.</summary>
    PokeUser = 6,

    /// <summary>PTRACE_CONT.</summary>
    Continue = 7,

    /// <summary>PTRACE_SINGLESTEP.</summary>
    SingleStep = 9,

    /// <summary>PTRACE_GETREGS.</summary>
    GetRegisters = 12,

    /// <summary>PTRACE_SETREGS.</summary>
    SetRegisters = 13,

    /// <summary>PTRACE_GETFPREGS.</summary>
    GetFloatingPoint = 14,

    /// <summary>PTRACE_SETFPREGS.</summary>
    SetFloatingPoint = 15,

    /// <summary>PTRACE_DETACH.</summary>
    Detach = 17,

    /// <summary>PTRACE_SYSCALL.</summary>
    SystemCall = 24,

    /// <summary>PTRACE_SETOPTIONS.</summary>
    SetOptions = 0x4200,

    /// <summary>PTRACE_GETEVENTMSG.</summary>
    GetEventMessage = 0x4201,

    /// <summary>PTRACE_GETSIGINFO.</summary>
    GetSignalInformation = 0x4202,

    /// <summary>PTRACE_SETSIGINFO.</summary>
    SetSignalInformation = 0x4203,

    /// <summary>PTRACE_GETREGSET.</summary>
    GetRegisterSet = 0x4204,

    /// <summary>PTRACE_SEIZE.</summary>
    Seize = 0x4206,

    /// <summary>PTRACE_INTERRUPT.</summary>
    Interrupt = 0x4207,

    /// <summary>PTRACE_LISTEN.</summary>
    Listen = 0x4208,

    /// <summary>PTRACE_GETSIGMASK.</summary>
    GetSignalMask = 0x420A,

    /// <summary>PTRACE_SETSIGMASK.</summary>
    SetSignalMask = 0x420B,
}

namespace Tracer.Linux;

/// <summary>Signals of x86-64 (arch/x86/include/uapi/asm/signal.h).</summary>
public enum Signal
{
    /// <summary>No signal; kill(2) with it only checks that the process is there.</summary>
    None = 0,

    /// <summary>SIGHUP.</summary>
    Hup = 1,

    /// <summary>SIGINT.</summary>
    Int = 2,

    /// <summary>SIGQUIT.</summary>
    Quit = 3,

    /// <summary>SIGILL.</summary>
    Ill = 4,

    /// <summary>SIGTRAP.</summary>
    Trap = 5,

    /// <summary>SIGABRT.</summary>
    Abrt = 6,

    /// <summary>SIGBUS.</summary>
    Bus = 7,

    /// <summary>SIGFPE.</summary>
    Fpe = 8,

    /// <summary>SIGKILL.</summary>
    Kill = 9,

    /// <summary>SIGUSR1.</summary>
    Usr1 = 10,

    /// <summary>SIGSEGV.</summary>
    Segv = 11,

    /// <summary>SIGUSR2.</summary>
    Usr2 = 12,

    /// <summary>SIGPIPE.</summary>
    Pipe = 13,

    /// <summary>SIGALRM.</summary>
    Alrm = 14,

    /// <summary>SIGTERM.</summary>
    Term = 15,

    /// <summary>SIGSTKFLT.</summary>
    Stkflt = 16,

    /// <summary>SIGCHLD.</summary>
    Chld = 17,

    /// <summary>SIGCONT.</summary>
    Cont = 18,

    /// <summary>SIGSTOP.</summary>
    Stop = 19,

    /// <summary>SIGTSTP.</summary>
    Tstp = 20,

    /// <summary>SIGTTIN.</summary>
    Ttin = 21,

    /// <summary>SIGTTOU.</summary>
    Ttou = 22,

    /// <summary>SIGURG.</summary>
    Urg = 23,

    /// <summary>SIGXCPU.</summary>
    Xcpu = 24,

    /// <summary>SIGXFSZ.</summary>
    Xfsz = 25,

    /// <summary>SIGVTALRM.</summary>
    Vtalrm = 26,

    /// <summary>SIGPROF.</summary>
    Prof = 27,

    /// <summary>SIGWINCH.</summary>
    Winch = 28,

    /// <summary>SIGIO.</summary>
    Io = 29,

    /// <summary>SIGPWR.</summary>
    Pwr = 30,

    /// <summary>SIGSYS.</summary>
    Sys = 31,
}

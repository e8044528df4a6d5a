using System.Globalization;

namespace Tracer.Linux;

/// <summary>Names of signals.</summary>
public static class SignalNames
{
    private static readonly string[] Names =
    [
        "none", "SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", "SIGKILL",
        "SIGUSR1", "SIGSEGV", "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGTERM", "SIGSTKFLT", "SIGCHLD", "SIGCONT", "SIGSTOP", "SIGTSTP",
        "SIGTTIN", "SIGTTOU", "SIGURG", "SIGXCPU", "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO", "SIGPWR", "SIGSYS",
    ];

    /// <summary>"SIGSEGV", or "signal 40" for a real-time one.</summary>
    public static string Name(this Signal signal) => (uint)signal < (uint)Names.Length
        ? Names[(int)signal]
        : string.Create(CultureInfo.InvariantCulture, $"signal {(int)signal}");
}

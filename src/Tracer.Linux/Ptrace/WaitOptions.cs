namespace Tracer.Linux;

/// <summary>Options of wait4(2) (include/uapi/linux/wait.h).</summary>
[Flags]
public enum WaitOptions
{
    /// <summary>Wait for exits and ptrace stops of ordinary children.</summary>
    None = 0,

    /// <summary>WNOHANG: return at once, with id zero when nothing has happened.</summary>
    NoHang = 1,

    /// <summary>WUNTRACED: report children stopped by a signal although not traced.</summary>
    Stopped = 2,

    /// <summary>WCONTINUED: report children continued by SIGCONT.</summary>
    Continued = 8,

    /// <summary>__WNOTHREAD: only children and tracees of the calling thread; without it one thread's wait eats another's ptrace stops.</summary>
    ThisThread = 0x20000000,

    /// <summary>__WALL: threads made by clone too; a ptracer always wants it.</summary>
    All = 0x40000000,
}

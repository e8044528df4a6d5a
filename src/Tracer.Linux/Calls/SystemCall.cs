// Numbers: arch/x86/entry/syscalls/syscall_64.tbl.
namespace Tracer.Linux;

/// <summary>The x86-64 numbers of the system calls this program makes.</summary>
public static class SystemCall
{
    /// <summary>read(2)</summary>
    public const int Read = 0;

    /// <summary>write(2)</summary>
    public const int Write = 1;

    /// <summary>close(2)</summary>
    public const int Close = 3;

    /// <summary>fstat(2)</summary>
    public const int FStat = 5;

    /// <summary>poll(2)</summary>
    public const int Poll = 7;

    /// <summary>lseek(2)</summary>
    public const int LSeek = 8;

    /// <summary>mmap(2)</summary>
    public const int MMap = 9;

    /// <summary>munmap(2)</summary>
    public const int MUnmap = 11;

    /// <summary>ioctl(2)</summary>
    public const int IoCtl = 16;

    /// <summary>pread64(2)</summary>
    public const int PRead64 = 17;

    /// <summary>pwrite64(2)</summary>
    public const int PWrite64 = 18;

    /// <summary>madvise(2)</summary>
    public const int MAdvise = 28;

    /// <summary>getpid(2)</summary>
    public const int GetPid = 39;

    /// <summary>wait4(2)</summary>
    public const int Wait4 = 61;

    /// <summary>kill(2)</summary>
    public const int Kill = 62;

    /// <summary>uname(2)</summary>
    public const int UName = 63;

    /// <summary>fcntl(2)</summary>
    public const int FCntl = 72;

    /// <summary>readlink(2)</summary>
    public const int ReadLink = 89;

    /// <summary>fchown(2)</summary>
    public const int FChOwn = 93;

    /// <summary>ptrace(2)</summary>
    public const int Ptrace = 101;

    /// <summary>geteuid(2)</summary>
    public const int GetEUid = 107;

    /// <summary>getppid(2)</summary>
    public const int GetPPid = 110;

    /// <summary>capget(2)</summary>
    public const int CapGet = 125;

    /// <summary>capset(2)</summary>
    public const int CapSet = 126;

    /// <summary>sched_setscheduler(2).</summary>
    public const int SchedSetScheduler = 144;

    /// <summary>prctl(2)</summary>
    public const int PrCtl = 157;

    /// <summary>gettid(2)</summary>
    public const int GetTid = 186;

    /// <summary>sched_setaffinity(2)</summary>
    public const int SchedSetAffinity = 203;

    /// <summary>sched_getaffinity(2)</summary>
    public const int SchedGetAffinity = 204;

    /// <summary>getdents64(2)</summary>
    public const int GetDents64 = 217;

    /// <summary>clock_gettime(2)</summary>
    public const int ClockGetTime = 228;

    /// <summary>epoll_ctl(2)</summary>
    public const int EpollCtl = 233;

    /// <summary>tgkill(2)</summary>
    public const int TgKill = 234;

    /// <summary>waitid(2)</summary>
    public const int WaitId = 247;

    /// <summary>openat(2)</summary>
    public const int OpenAt = 257;

    /// <summary>readlinkat(2)</summary>
    public const int ReadLinkAt = 267;

    /// <summary>faccessat(2)</summary>
    public const int FAccessAt = 269;

    /// <summary>epoll_pwait(2)</summary>
    public const int EpollPWait = 281;

    /// <summary>eventfd2(2)</summary>
    public const int EventFd2 = 290;

    /// <summary>epoll_create1(2)</summary>
    public const int EpollCreate1 = 291;

    /// <summary>pipe2(2)</summary>
    public const int Pipe2 = 293;

    /// <summary>perf_event_open(2)</summary>
    public const int PerfEventOpen = 298;

    /// <summary>prlimit64(2)</summary>
    public const int PrLimit64 = 302;

    /// <summary>process_vm_readv(2)</summary>
    public const int ProcessVmReadV = 310;

    /// <summary>process_vm_writev(2)</summary>
    public const int ProcessVmWriteV = 311;

    /// <summary>memfd_create(2)</summary>
    public const int MemFdCreate = 319;

    /// <summary>bpf(2)</summary>
    public const int Bpf = 321;

    /// <summary>pidfd_send_signal(2)</summary>
    public const int PidFdSendSignal = 424;

    /// <summary>pidfd_open(2)</summary>
    public const int PidFdOpen = 434;
}

using System.Reflection;
using System.Text.RegularExpressions;
using Tracer.Linux;

namespace Tracer.Testing;

/// <summary>Kinds of system calls, as fine as their errors differ: ptrace and bpf by their request, opens by what is opened; and the errors that kernels answer them with.</summary>
public static partial class SystemCallKind
{
    private static readonly Dictionary<nint, string> Names = typeof(SystemCall).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Where(f => f.FieldType == typeof(int)).ToDictionary(f => (nint)(int)f.GetRawConstantValue()!, f => f.Name);

    // man 2 of each. Not ESRCH where it says that a thread has died, nor what of ptrace is refused only for wrong arguments: of a thread that lives on, no kernel says so.
    private static readonly Dictionary<string, Errno[]> Errors = new()
    {
        ["Read"] = [Errno.EINTR, Errno.EIO, Errno.ENOMEM],
        ["Write"] = [Errno.EINTR, Errno.EIO, Errno.EAGAIN],
        ["Close"] = [Errno.EINTR, Errno.EIO],
        ["FStat"] = [Errno.EIO, Errno.ENOMEM],
        ["Poll"] = [Errno.EINTR, Errno.ENOMEM],
        ["MMap"] = [Errno.ENOMEM, Errno.EAGAIN, Errno.EPERM, Errno.EINVAL],
        ["MUnmap"] = [Errno.ENOMEM],
        ["IoCtl"] = [Errno.EINTR, Errno.ENOMEM, Errno.EINVAL, Errno.EBUSY],
        ["PRead64"] = [Errno.EIO, Errno.EINTR, Errno.ENOMEM],
        ["PWrite64"] = [Errno.EIO, Errno.EINTR, Errno.EACCES],
        ["Wait4"] = [Errno.EINTR],
        ["WaitId"] = [Errno.EINTR],
        ["Kill"] = [Errno.EPERM],
        ["TgKill"] = [Errno.EPERM, Errno.EAGAIN],
        ["FCntl"] = [Errno.EINVAL],
        ["ReadLink"] = [Errno.EACCES, Errno.ENOENT, Errno.ENOMEM],
        ["ReadLinkAt"] = [Errno.EACCES, Errno.ENOENT, Errno.ENOMEM],
        ["FAccessAt"] = [Errno.EACCES, Errno.ENOENT, Errno.ENOMEM],
        ["CapGet"] = [Errno.EPERM],
        ["PrCtl"] = [Errno.EINVAL, Errno.EPERM],
        ["SchedSetAffinity"] = [Errno.EINVAL, Errno.EPERM],
        ["SchedGetAffinity"] = [Errno.EINVAL, Errno.EPERM],
        ["GetDents64"] = [Errno.ENOENT, Errno.ENOMEM, Errno.EIO],
        ["EpollCtl"] = [Errno.ENOMEM, Errno.ENOSPC],
        ["EpollPWait"] = [Errno.EINTR],
        ["EpollCreate1"] = [Errno.EMFILE, Errno.ENOMEM],
        ["EventFd2"] = [Errno.EMFILE, Errno.ENOMEM],
        ["Pipe2"] = [Errno.EMFILE, Errno.ENFILE],
        ["PerfEventOpen"] = [Errno.EACCES, Errno.EPERM, Errno.EMFILE, Errno.EINVAL, Errno.ENOENT, Errno.ENOSPC, Errno.EBUSY, Errno.ENODEV, Errno.ENOMEM, Errno.ESRCH, Errno.EINTR],
        ["PrLimit64"] = [Errno.EPERM],
        ["ProcessVmReadV"] = [Errno.EPERM, Errno.EFAULT, Errno.ENOMEM, Errno.ENOSYS],
        ["ProcessVmWriteV"] = [Errno.EPERM, Errno.EFAULT, Errno.ENOMEM, Errno.ENOSYS],
        ["MemFdCreate"] = [Errno.EMFILE, Errno.ENOMEM],
        ["PidFdOpen"] = [Errno.EMFILE, Errno.ESRCH, Errno.ENOMEM],
        ["PidFdSendSignal"] = [Errno.EPERM],
        ["OpenAt"] = [Errno.EACCES, Errno.ENOENT, Errno.EMFILE, Errno.ENOMEM, Errno.EPERM],
        ["Bpf"] = [Errno.EPERM, Errno.ENOMEM, Errno.EINVAL, Errno.EAGAIN, Errno.EBUSY],
        ["Ptrace Seize"] = [Errno.EPERM, Errno.ESRCH, Errno.EIO],
        ["Ptrace PeekData"] = [Errno.EIO, Errno.EFAULT],
        ["Ptrace PokeData"] = [Errno.EIO, Errno.EFAULT],
        ["Ptrace SetOptions"] = [Errno.EINVAL],
        ["Ptrace GetSignalInformation"] = [Errno.EINVAL],
        ["Ptrace Detach"] = [Errno.ESRCH],
    };

    /// <summary>The kind of a call.</summary>
    public static string Of(nint number, nint a0, nint a1)
    {
        var name = Names.GetValueOrDefault(number, $"call {number}");
        return number switch
        {
            SystemCall.Ptrace => $"{name} {(PtraceRequest)(int)a0}",
            SystemCall.Bpf => $"{name} {a0}",
            SystemCall.IoCtl => $"{name} 0x{a1:x}",
            SystemCall.OpenAt or SystemCall.ReadLinkAt or SystemCall.FAccessAt => $"{name} {Digits().Replace(FakeCall.Text(a1), "N")}",
            _ => name,
        };
    }

    /// <summary>Whether a call of this kind gives something back, which kernels do whatever they then report.</summary>
    public static bool GivesBack(string kind) => kind is "Close" or "MUnmap" or "Ptrace Detach";

    /// <summary>The errors that a call of this kind may end with.</summary>
    public static IReadOnlyList<Errno> ErrorsOf(string kind)
    {
        ArgumentNullException.ThrowIfNull(kind);
        return Errors.TryGetValue(kind, out var exact) ? exact : Errors.GetValueOrDefault(kind.Split(' ')[0], []);
    }

    [GeneratedRegex("[0-9a-f]{8,}|[0-9]+")]
    private static partial Regex Digits();
}

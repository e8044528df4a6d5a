using Tracer.Core.Diagnostics;
using Tracer.Linux;

namespace Tracer.Uprobes.Perf;

/// <summary>The expected failures of the backend "perf", ST0501 and on, in words.</summary>
internal static class PerfFailures
{
    /// <summary>ST0501: more privilege is needed.</summary>
    public static TracerException Permission(string why) => new(
        "ST0501", FailureKind.NotPermitted, "The kernel does not let this process trace with perf events.", why,
        $"{PerfRemedy.ForEvents(KernelFacts.Read(LinuxSystemCalls.Instance), Environment.ProcessPath) ?? "'sharptrace doctor' says what is missing."} Or use --backend ptrace.");

    /// <summary>ST0502: there are no perf uprobes.</summary>
    public static TracerException Unsupported(string why) => new(
        "ST0502", FailureKind.Unsupported, "This kernel cannot trace with perf events.", why, "Use --backend ptrace.");

    /// <summary>ST0503: the process is gone.</summary>
    public static TracerException NoSuchProcess(int processId, KernelError why) => new(
        "ST0503", FailureKind.NotFound, $"Process {processId} cannot be traced.", Sentence(why));

    /// <summary>ST0506: the limit of open files is too low and cannot be raised.</summary>
    public static TracerException TooFewDescriptors(int needed, ulong soft, ulong hard) => new(
        "ST0506", FailureKind.TracingFailed, $"Tracing by perf needs {needed} file descriptors, one for each site on each CPU, and this process may have {soft} open.",
        hard > soft ? $"The limit could not be raised (the hard limit is {hard})." : $"The hard limit is {hard} as well.",
        $"Raise it, as root: ulimit -Hn {needed + 1024} && ulimit -Sn {needed + 1024}; trace fewer probes; or use --backend ptrace.");

    /// <summary>ST0501, ST0504 to ST0507: an event could not be opened.</summary>
    public static TracerException Open(string probe, string path, bool withSemaphore, KernelError error) => error.Error switch
    {
        Errno.EPERM or Errno.EACCES => Permission(Sentence(error)),
        Errno.ENOENT => new("ST0504", FailureKind.NotFound, $"{probe} cannot be armed.", $"There is no file {path} any more."),
        Errno.EINVAL when withSemaphore => new(
            "ST0505", FailureKind.TracingFailed, $"{probe} cannot be armed.",
            $"The kernel refused an instruction of {path}: either it cannot carry a breakpoint, or another tracer has it with another semaphore.",
            "Stop other tracers of this file, or use --backend ptrace."),
        Errno.EMFILE or Errno.ENFILE => new(
            "ST0506", FailureKind.TracingFailed, $"{probe} cannot be armed: there are no more file descriptors.",
            "The perf backend needs one for each site on each CPU.", "Raise the limit (ulimit -n), trace fewer probes, or use --backend ptrace."),
        _ => new("ST0507", FailureKind.TracingFailed, $"{probe} cannot be armed.", Sentence(error)),
    };

    /// <summary>ST0508: the rings could not be made.</summary>
    public static TracerException Rings(KernelError error) => error.Error is Errno.EPERM or Errno.EACCES
        ? Permission(Sentence(error))
        : new("ST0508", FailureKind.TracingFailed, "The kernel did not give the rings that tracing with perf events needs.", Sentence(error));

    /// <summary>ST0509: reading events failed.</summary>
    public static TracerException Reading(Exception e) => new("ST0509", FailureKind.TracingFailed, "Reading events from the kernel failed.", e.Message);

    /// <summary>A kernel's error as a sentence of its own.</summary>
    public static string Sentence(KernelError error)
    {
        var text = error.ToString();
        return $"{char.ToUpperInvariant(text[0])}{text.AsSpan(1)}.";
    }
}

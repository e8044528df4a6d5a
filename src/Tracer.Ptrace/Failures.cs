using Tracer.Core.Diagnostics;
using Tracer.Linux;

namespace Tracer.Ptrace;

/// <summary>The expected failures of this backend, ST0301 and up, in one place.</summary>
internal static class Failures
{
    public static TracerException NotPermitted(int pid, ISystemCallGate? gate = null)
    {
        var facts = KernelFacts.Read(gate ?? LinuxSystemCalls.Instance);
        var why = facts.Capabilities.Has(Capability.SysPtrace)
            ? "This process has CAP_SYS_PTRACE: a user namespace, kernel.yama.ptrace_scope, a seccomp filter or a security module forbids it all the same."
            : "CAP_SYS_PTRACE is missing, and the process belongs to another user, has capabilities that this one lacks, is not dumpable, or kernel.yama.ptrace_scope forbids it.";
        return new("ST0301", FailureKind.NotPermitted, $"Process {pid} cannot be traced: the kernel does not permit it.", why, PtraceGrant.Command(facts, Environment.ProcessPath));
    }

    public static TracerException CallForbidden(int pid, KernelFacts facts) => new(
        "ST0301", FailureKind.NotPermitted, $"Process {pid} cannot be traced: ptrace may not be called here.",
        facts.SeccompMode is > 0 ? "A seccomp filter forbids it." : "A security module forbids it.",
        "In a container: docker run --cap-add SYS_PTRACE --security-opt seccomp=unconfined ...");

    public static TracerException TracedAlready(int pid, int tracer) => new(
        "ST0302", FailureKind.TracingFailed, $"Process {pid} is traced already, by process {tracer}.",
        "A thread can have one ptrace tracer only.", "End the other tracer or debugger first.");

    public static TracerException NoSuchProcess(int pid) => new("ST0303", FailureKind.NotFound, $"There is no process {pid}.");

    public static TracerException Not64Bit(int pid) => new(
        "ST0304", FailureKind.Unsupported, $"Process {pid} runs a 32-bit program, which this version cannot trace.");

    public static TracerException DoesNotStop(int pid, int tid) => new(
        "ST0305", FailureKind.TracingFailed, $"Thread {tid} of process {pid} does not stop.",
        "It waits uninterruptibly in the kernel, for a device or for a child made by vfork.", "Try again later.");

    public static TracerException CannotDisplace(string site, string reason) => new(
        "ST0306", FailureKind.Unsupported, $"No breakpoint can be set at {site}: {reason}.");

    public static TracerException NoSlots(int pid, string reason) => new(
        "ST0307", FailureKind.Unsupported, $"Process {pid} cannot be given the page that displaced instructions run in: {reason}.");

    public static TracerException CannotWrite(string what, Errno error) => new(
        "ST0308", FailureKind.TracingFailed, $"The {what} cannot be written: {error.Describe()}.");

    public static TracerException CannotRead(string what, Errno error) => new(
        "ST0309", FailureKind.TracingFailed, $"The {what} cannot be read: {error.Describe()}.");

    public static TracerException Executed(int pid) => new(
        "ST0310", FailureKind.TracingFailed, $"Process {pid} has executed another program, and tracing ended.",
        "The program whose probes were armed is gone.");

    public static TracerException Exited(int pid) => new(
        "ST0311", FailureKind.NotFound, $"Process {pid} exited while tracing was being set up.");

    public static TracerException CannotStart(string path, string why, Errno error) => new(
        "ST0312", error is Errno.EACCES or Errno.EPERM ? FailureKind.NotPermitted : FailureKind.NotFound, $"The command {path} cannot be started: {why}.");

    public static TracerException EndedEarly(string path, WaitStatus status)
    {
        // What starts it says so as shells do: it was found, and may not be executed. No dynamic loader ends like this.
        const int CannotExecute = 126;
        return status.ShellCode == CannotExecute
            ? new("ST0312", FailureKind.NotPermitted, $"The command {path} cannot be started: the kernel does not execute it.", "The user that it is started as may not, or its format is unknown.")
            : new(
                "ST0313", FailureKind.TracingFailed, $"The command {path} {status} before its first instruction.",
                "It may not be an executable of this machine, or a shared library it needs is missing.");
    }

    public static TracerException ShadowStack(string site) => new(
        "ST0314", FailureKind.Unsupported, $"No breakpoint can be set at {site}: the target uses a shadow stack, which calls and returns carried out for it would not reach.");

    public static TracerException NotRestored(string what) => new(
        "ST0315", FailureKind.TracingFailed, $"The target could not be left as it was found: {what}.");

    public static TracerException Kernel(string doing, Errno error) => new(
        "ST0316", FailureKind.TracingFailed, $"Tracing failed while {doing}: {error.Describe()}.");
}

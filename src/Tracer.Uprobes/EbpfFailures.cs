using Tracer.Bpf;
using Tracer.Core.Diagnostics;
using Tracer.Core.Plans;
using Tracer.Linux;

namespace Tracer.Uprobes;

/// <summary>The expected failures of the backend "ebpf", ST0401 and on, in words.</summary>
internal static class EbpfFailures
{
    private const int NotPermitted = 1;
    private const int NoEntry = 2;
    private const int NoProcess = 3;
    private const int AccessDenied = 13;
    private const int Invalid = 22;
    private const int NoSpace = 28;
    private const int Again = 11;

    /// <summary>ST0401: more privilege is needed.</summary>
    public static TracerException Permission(string why) => new(
        "ST0401", FailureKind.NotPermitted, "The kernel does not let this process trace with eBPF.", why,
        $"{EbpfRemedy.Command(KernelFacts.Read(LinuxSystemCalls.Instance), Environment.ProcessPath) ?? "'sharptrace doctor' says what is missing."} Or use --backend ptrace.");

    /// <summary>ST0402: the kernel lacks what the plan needs.</summary>
    public static TracerException Unsupported(string why) => new(
        "ST0402", FailureKind.Unsupported, "This kernel cannot trace with eBPF.", why, "Use --backend ptrace.");

    /// <summary>ST0403: the verifier refused a program: a bug of this program.</summary>
    public static TracerException Rejected(string probe, BpfLoadException e) => new(
        "ST0403", FailureKind.TracingFailed, $"The kernel refused the program of {probe}.", $"Its verifier says: {e.Summary}.",
        "This is a bug of sharptrace: please report it with the output of -vv; --backend ptrace may work.");

    /// <summary>ST0404: the values do not fit into a program.</summary>
    public static TracerException TooLarge(string probe, string why) => new(
        "ST0404", FailureKind.Unsupported, $"{probe} cannot be traced with eBPF.", $"The reason is that {why}.", "Use --backend ptrace.");

    /// <summary>ST0405 to ST0408: a site could not be instrumented.</summary>
    public static TracerException Attach(string probe, string path, int processId, bool withSemaphore, BpfException e) => e.Errno switch
    {
        NotPermitted or AccessDenied => Permission(e.Message),
        NoEntry => new("ST0406", FailureKind.NotFound, $"{probe} cannot be armed.", $"There is no file {path} any more."),
        NoProcess => new("ST0407", FailureKind.NotFound, $"{probe} cannot be armed.", $"Process {processId} has exited."),
        Invalid when withSemaphore => new(
            "ST0408", FailureKind.TracingFailed, $"{probe} cannot be armed.",
            $"The kernel refused an instruction of {path}: either it cannot carry a breakpoint, or another tracer has it with another semaphore.",
            "Stop other tracers of this file, or use --backend ptrace."),
        _ => new("ST0405", FailureKind.TracingFailed, $"{probe} cannot be armed.", e.Message),
    };

    /// <summary>ST0412 and others: a byte could not be watched.</summary>
    public static TracerException Watch(PlannedSite site, int processId, BpfException e) => e.Errno switch
    {
        NoSpace => new(
            "ST0412", FailureKind.TracingFailed, $"{NameOf(site)} cannot be watched.",
            "A thread has four watchpoints (x86's debug registers), and a debugger or another tracer uses some of them.", "Stop it, or ask for fewer lines."),
        Again => new(
            "ST0413", FailureKind.TracingFailed, $"{NameOf(site)} cannot be watched.", $"Process {processId} starts threads faster than they can be told apart.", "Try again."),
        _ => Attach(NameOf(site), "", processId, withSemaphore: false, e),
    };

    /// <summary>ST0414: a process cannot be followed.</summary>
    public static TracerException NoFamily(string why) => new(
        "ST0414", FailureKind.Unsupported, "What a process starts and loads cannot be followed here.", why, "Leave --follow out and trace each process by its id.");

    /// <summary>ST0409: a map could not be made.</summary>
    public static TracerException Resources(BpfException e) => e.Errno is NotPermitted or AccessDenied
        ? Permission(e.Message)
        : new("ST0409", FailureKind.TracingFailed, "The kernel did not give the memory that tracing with eBPF needs.", e.Message);

    /// <summary>ST0410: reading events failed.</summary>
    public static TracerException Reading(Exception e) => new(
        "ST0410", FailureKind.TracingFailed, "Reading events from the kernel failed.", e.Message);

    /// <summary>ST0411: what a hit costs could not be measured.</summary>
    public static TracerException NoPrice(string why) => new(
        "ST0411", FailureKind.Unsupported, "What a hit costs on this machine cannot be measured, so that no bound can be kept.", why,
        "Leave --max-overhead out, or use --backend ptrace.");

    /// <summary>How messages call a site: by the probes that fire there.</summary>
    public static string NameOf(PlannedSite site)
    {
        var names = site.AllClauses.Select(c => c.Emission?.ProbeName).OfType<string>().Distinct().ToArray();
        return names.Length == 0 ? $"the companion site {site.Location}" : $"{string.Join(", ", names)} at {site.Location}";
    }
}

using Microsoft.Extensions.Logging;
using Tracer.Linux;

namespace Tracer.Logging;

internal static partial class SessionLog
{
    [LoggerMessage(1, LogLevel.Information, "Backend {Backend}: {Reason}")]
    public static partial void BackendChosen(ILogger logger, string backend, string reason);

    [LoggerMessage(2, LogLevel.Information, "Backend {Backend} not used: {Reason}")]
    public static partial void BackendRefused(ILogger logger, string backend, string reason);

    [LoggerMessage(3, LogLevel.Information, "Recognised {Runtime}")]
    public static partial void RuntimeRecognised(ILogger logger, string runtime);

    [LoggerMessage(4, LogLevel.Warning, "{Warning}")]
    public static partial void CatalogWarning(ILogger logger, string warning);

    [LoggerMessage(6, LogLevel.Information, "Stacks that are keys: {Reason}")]
    public static partial void StacksWalked(ILogger logger, string reason);

    [LoggerMessage(5, LogLevel.Information, "{Probe}: {Note}")]
    public static partial void ProbeNote(ILogger logger, string probe, string note);

    [LoggerMessage(6, LogLevel.Information, "{Probe}: the kernel follows its calls to their returns; nothing unwinds or switches stacks meanwhile")]
    public static partial void ReturnsFollowed(ILogger logger, string probe);

    [LoggerMessage(7, LogLevel.Information, "{Probe}: its exits are observed, the kernel does not follow its calls: {Reason}")]
    public static partial void ReturnsAtExits(ILogger logger, string probe, string reason);

    [LoggerMessage(8, LogLevel.Warning, "sharptrace: The kernel follows the calls of {Probe}, as asked for. That may harm the target or the results: {Reason}. Leave out --returns kernel to be safe. [ST0215]")]
    public static partial void ReturnsForced(ILogger logger, string probe, string reason);

    [LoggerMessage(9, LogLevel.Warning, "sharptrace: Nothing of {Probes} is in process {Process} yet. What it loads, forks and executes is looked at for it. [ST0417]")]
    public static partial void Awaited(ILogger logger, string probes, string process);

    [LoggerMessage(10, LogLevel.Information, "Process {Process} was forked by {Parent}")]
    public static partial void Forked(ILogger logger, int process, int parent);

    [LoggerMessage(11, LogLevel.Information, "Process {Process}: {Count} probes are armed")]
    public static partial void Armed(ILogger logger, int process, int count);

    [LoggerMessage(12, LogLevel.Information, "Process {Process} has exited")]
    public static partial void Exited(ILogger logger, int process);

    [LoggerMessage(13, LogLevel.Warning, "sharptrace: What process {Process} has executed or loaded is not traced. {Reason} [ST0415]")]
    public static partial void NotFollowed(ILogger logger, int process, string reason);

    [LoggerMessage(14, LogLevel.Warning, "sharptrace: Libraries that process {Process} loads later are not traced: it has no dynamic loader that tells. [ST0416]")]
    public static partial void NoLoader(ILogger logger, int process);

    [LoggerMessage(15, LogLevel.Information, "{File} is mapped and could not be opened, so that nothing of it can be traced: {Reason}")]
    public static partial void FileUnopened(ILogger logger, string file, KernelError reason);
}

using System.Globalization;
using Tracer.Core.Diagnostics;
using Tracer.Linux;
using Tracer.Ptrace.Rescue;

namespace Tracer;

/// <summary>
/// What a sharptrace that was killed has left in processes: breakpoints, at which their threads wait, and raised semaphores. Its guardian gives that back within milliseconds;
/// when that was killed with it, this does. Every session and every look at a process begins with it.
/// </summary>
public static class LeftBehind
{
    /// <summary>Gives back what is left in a process and says so in one line; null when there was nothing, which a look at its mappings tells.</summary>
    public static string? GiveBack(ISystemCallGate gate, int processId)
    {
        if (!Recovery.IsNeeded(gate, processId))
            return null;
        try
        {
            var reports = Recovery.Recover(gate, processId);
            return reports.Count == 0 ? null : string.Join(' ', reports.Select(Describe));
        }
        catch (TracerException error)
        {
            return $"A sharptrace that was killed has left breakpoints in process {processId}, which cannot be taken out: {error.What}";
        }
    }

    /// <summary>The processes of this machine in which something is left and that nobody traces.</summary>
    public static IReadOnlyList<int> Find(ISystemCallGate gate)
    {
        ArgumentNullException.ThrowIfNull(gate);
        var found = new List<int>();
        if (!gate.ListDirectory("/proc").TryGet(out var names))
            return found;
        foreach (var name in names)
        {
            if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var processId) && Recovery.IsNeeded(gate, processId))
                found.Add(processId);
        }

        return found;
    }

    /// <summary>A report in one line.</summary>
    public static string Describe(RecoveryReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var what = $"{Count(report.Instructions, "breakpoint")} and {Count(report.Semaphores, "raised semaphore")}";
        var rest = report.LeftBytes > 0 ? string.Create(CultureInfo.InvariantCulture, $" {report.LeftBytes >> 10} KiB of unused memory stay mapped.") : "";
        var failed = report.Failed.Count > 0 ? $" Not given back: {string.Join("; ", report.Failed)}." : "";
        return string.Create(CultureInfo.InvariantCulture, $"Process {report.ProcessId}: {what} that sharptrace, process {report.TracerId}, had left when it was killed were taken back.{rest}{failed}");
    }

    private static string Count(int number, string thing) => string.Create(CultureInfo.InvariantCulture, $"{number} {thing}{(number == 1 ? "" : "s")}");
}

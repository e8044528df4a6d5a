using System.Globalization;
using Tracer.Core.Diagnostics;
using Tracer.Linux;

namespace Tracer;

/// <summary>Finds running processes by what they have in common.</summary>
public static class ProcessGroups
{
    private const string ControlGroups = "/sys/fs/cgroup";

    /// <summary>The processes whose name (comm), or whose program's name, is that; this one is left out.</summary>
    /// <exception cref="TracerException">There is none.</exception>
    public static IReadOnlyList<int> ByName(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var proc = new ProcFs(LinuxSystemCalls.Instance);
        var found = proc.Processes().Where(p => p != Environment.ProcessId && IsNamed(proc, p, name)).ToArray();
        return found.Length > 0 ? found : throw new TracerException("ST0118", FailureKind.NotFound, $"There is no process named '{name}'.", null, "Check the name with ps -e.");
    }

    /// <summary>The processes of a control group (cgroup v2) and those below it; this one is left out.</summary>
    /// <param name="path">Its folder, or its path below /sys/fs/cgroup as /proc/PID/cgroup tells it.</param>
    /// <exception cref="TracerException">There is no such group, or nobody is in it.</exception>
    public static IReadOnlyList<int> ByControlGroup(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var folder = path.StartsWith(ControlGroups, StringComparison.Ordinal) ? path : $"{ControlGroups}/{path.TrimStart('/')}";
        try
        {
            var found = Directory.EnumerateFiles(folder, "cgroup.procs", SearchOption.AllDirectories).SelectMany(File.ReadLines)
                .Select(l => int.Parse(l, CultureInfo.InvariantCulture)).Where(p => p > 0 && p != Environment.ProcessId).Distinct().ToArray();
            return found.Length > 0 ? found : throw new TracerException("ST0119", FailureKind.NotFound, $"No process is in the control group '{path}'.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new TracerException("ST0119", FailureKind.NotFound, $"There is no control group '{path}'.", e.Message, "cat /proc/PID/cgroup tells that of a process.");
        }
    }

    private static bool IsNamed(ProcFs proc, int processId, string name) =>
        (proc.Comm(processId).TryGet(out var comm) && comm == name) || (proc.Executable(processId).TryGet(out var program) && Path.GetFileName(program) == name);
}

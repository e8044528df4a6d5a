using System.Globalization;
using Tracer.Core.Diagnostics;
using Tracer.Linux;

namespace Tracer.Core.Targets;

/// <summary>Finds processes by the ids that their own pid namespaces know them by (NSpid of /proc/PID/status, Linux 4.1).</summary>
/// <param name="gate">The kernel.</param>
/// <param name="proc">Where /proc is.</param>
public sealed class NamespacedProcesses(ISystemCallGate gate, string proc = "/proc")
{
    private readonly ProcFs _proc = new(gate, proc);

    /// <summary>
    /// The id, here, of the process that is meant by <c>12</c>, or by <c>12@4312</c>: process 12 of the pid namespace that process 4312 of ours is in. A number alone means the process that has it here; only when there is none, the
    /// one that has it in a namespace of its own.
    /// </summary>
    /// <exception cref="TracerException">ST0101: there is none. ST0111: several processes have the number in namespaces of their own.</exception>
    public int Resolve(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!TryParse(text, out var number, out var neighbour))
            throw new ArgumentException($"'{text}' is no process id.", nameof(text));
        if (neighbour is { } other)
            return ResolveBeside(number, other);
        if (_proc.Exists(number))
            return number;
        var found = Inner().Where(s => s.NamespacePids.Skip(1).Contains(number)).ToArray();
        return found.Length switch
        {
            1 => found[0].Pid,
            // Whoever opens it says that it is not there.
            0 => number,
            _ => throw new TracerException(
                "ST0111", FailureKind.NotFound, $"There is no process {number} here, and {found.Length} have that id in pid namespaces of their own.",
                $"They are {string.Join(", ", found.Take(5).Select(s => $"{s.Pid} ({s.Name})"))}{(found.Length > 5 ? ", ..." : "")} here.", $"Give one of these ids, or {number}@{found[0].Pid}."),
        };
    }

    /// <summary>Reads <c>12</c> or <c>12@4312</c>.</summary>
    public static bool TryParse(string text, out int number, out int? neighbour)
    {
        ArgumentNullException.ThrowIfNull(text);
        neighbour = null;
        var at = text.IndexOf('@', StringComparison.Ordinal);
        if (!TryParse(at < 0 ? text : text.AsSpan(0, at), out number))
            return false;
        if (at < 0)
            return true;
        var isNumber = TryParse(text.AsSpan(at + 1), out var other);
        neighbour = other;
        return isNumber;
    }

    private static bool TryParse(ReadOnlySpan<char> text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number > 0;

    private int ResolveBeside(int number, int neighbour)
    {
        if (!gate.ReadLink(_proc.PathOf(neighbour, "ns/pid")).TryGet(out var wanted, out var error))
        {
            throw error.Error is Errno.EACCES or Errno.EPERM
                ? new TracerException("ST0108", FailureKind.NotPermitted, $"Process {neighbour} may not be looked at.", $"{error}.", PtraceGrant.Command(KernelFacts.Read(gate, proc), Environment.ProcessPath))
                : new TracerException("ST0101", FailureKind.NotFound, $"There is no process {neighbour}.");
        }

        foreach (var status in All())
        {
            if (status.InnermostPid == number && gate.ReadLink(_proc.PathOf(status.Pid, "ns/pid")).TryGet(out var own) && own == wanted)
                return status.Pid;
        }

        throw new TracerException("ST0101", FailureKind.NotFound, $"There is no process {number} in the pid namespace of process {neighbour}.");
    }

    private IEnumerable<ProcessStatus> Inner() => All().Where(s => s.NamespacePids.Count > 1);

    private IEnumerable<ProcessStatus> All()
    {
        if (!gate.ListDirectory(_proc.Root).TryGet(out var names))
            yield break;
        foreach (var name in names)
        {
            if (TryParse(name.AsSpan(), out var pid) && _proc.Status(pid).TryGet(out var status))
                yield return status;
        }
    }
}

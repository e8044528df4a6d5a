using System.Globalization;
using Tracer.Linux;

namespace Tracer.Ptrace.Breakpoints;

/// <summary>Whether a thread runs with a user shadow stack: x86_Thread_features of /proc/TID/status (arch/x86/kernel/cpu/proc.c, Linux 6.6).</summary>
internal static class ShadowStack
{
    public static bool IsUsedBy(ISystemCallGate gate, int tid)
    {
        if (!gate.ReadFile(string.Create(CultureInfo.InvariantCulture, $"/proc/{tid}/status")).TryGet(out var bytes)) return false;
        var text = bytes.AsSpan();
        var at = text.IndexOf("\nx86_Thread_features:"u8);
        if (at < 0) return false;
        var line = text[(at + 1)..];
        var end = line.IndexOf((byte)'\n');
        return (end < 0 ? line : line[..end]).IndexOf("shstk"u8) >= 0;
    }
}

using System.Buffers.Text;
using System.Globalization;
using Tracer.Linux;

namespace Tracer.Ptrace.Tracees;

/// <summary>The signals that wait for one thread: SigPnd of /proc/TID/status (fs/proc/array.c, task_sig).</summary>
internal static class PendingSignals
{
    /// <summary>Bit n - 1 for signal n; zero when it cannot be read.</summary>
    public static ulong Of(ISystemCallGate gate, int tid)
    {
        if (!gate.ReadFile(string.Create(CultureInfo.InvariantCulture, $"/proc/{tid}/status")).TryGet(out var bytes)) return 0;
        var text = bytes.AsSpan();
        var at = text.IndexOf("\nSigPnd:\t"u8);
        return at >= 0 && Utf8Parser.TryParse(text[(at + 9)..], out ulong pending, out _, 'x') ? pending : 0;
    }
}

using Tracer.Linux;

namespace Tracer.Ptrace.Breakpoints;

/// <summary>The byte that stands in the target's text where a breakpoint is.</summary>
internal static class BreakpointByte
{
    /// <summary>int3: Intel SDM volume 2, INT n.</summary>
    public const byte Int3 = 0xCC;

    /// <summary>Puts the original byte back and reads it again.</summary>
    /// <returns>
    /// Whether it went back; null when there was nothing to do: the byte is not int3, which somebody else has written then (the module was unloaded, or code was rewritten), or
    /// it is not there.
    /// </returns>
    public static bool? TakeOut(ProcessMemory memory, ulong address, byte original)
    {
        Span<byte> now = stackalloc byte[1];
        var read = memory.ReadSurely(address, now);
        // Unmapped, or the process is gone; any other error says nothing of the byte.
        if (read.IsError && read.Error is not (Errno.EFAULT or Errno.ESRCH)) return false;
        if (read.Count == 0 || now[0] != Int3) return null;
        return memory.WriteThroughProtection(address, [original]).Count == 1 && memory.Read(address, now).Count == 1 && now[0] == original;
    }
}

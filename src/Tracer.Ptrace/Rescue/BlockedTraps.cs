using System.Buffers.Text;
using System.Globalization;
using Tracer.Linux;
using Tracer.Ptrace.Tracees;

namespace Tracer.Ptrace.Rescue;

/// <summary>
/// Threads that block SIGTRAP. A breakpoint hit while it is blocked makes the kernel unblock it in the thread and forget the process's handler (force_sig_info_to_task in
/// kernel/signal.c). So it is unblocked while we trace, and blocked again in the end in those threads that had it so and have not changed their mask since.
/// </summary>
internal static class BlockedTraps
{
    private const ulong TrapBit = 1UL << ((int)Signal.Trap - 1);

    /// <summary>Unblocks it in a stopped thread.</summary>
    public static void Unblock(ISystemCallGate gate, Tracee tracee)
    {
        if (gate.PtraceGetSignalMask(tracee.Tid, out var mask).IsError) return;
        if ((mask & TrapBit) != 0)
        {
            tracee.BlockedWithTrap = mask & ~TrapBit;
            gate.PtraceSetSignalMask(tracee.Tid, mask & ~TrapBit);
        }

        tracee.Mask = mask & ~TrapBit;
    }

    /// <summary>Blocks it again.</summary>
    public static void GiveBack(ISystemCallGate gate, Tracee tracee)
    {
        if (tracee.BlockedWithTrap is not { } blocked || gate.PtraceGetSignalMask(tracee.Tid, out var mask).IsError || mask != blocked) return;
        gate.PtraceSetSignalMask(tracee.Tid, mask | TrapBit);
    }

    /// <summary>Blocks it in a forked child when the thread that it is a copy of had it blocked, which is told by their masks.</summary>
    public static void GiveBack(ISystemCallGate gate, Tracee child, IEnumerable<Tracee> parents)
    {
        if (gate.PtraceGetSignalMask(child.Tid, out var mask).IsError) return;
        if (parents.Any(p => p.BlockedWithTrap == mask)) gate.PtraceSetSignalMask(child.Tid, mask | TrapBit);
    }

    /// <summary>
    /// Whether a thread that stands before the signal of a breakpoint had blocked it. The mask alone does not tell, as the kernel has changed it; that the process has no
    /// handler any more does. It is looked at only when the mask is another than at the last hit: a program that blocks SIGTRAP blocks others with it.
    /// </summary>
    public static bool WasBlocked(ISystemCallGate gate, Tracee tracee)
    {
        if (gate.PtraceGetSignalMask(tracee.Tid, out var mask).IsError || mask == tracee.Mask) return false;
        tracee.Mask = mask;
        if (mask == 0 || IsCaught(gate, tracee.Tid)) return false;
        tracee.BlockedWithTrap = mask;
        return true;
    }

    // SigCgt of /proc/TID/status (fs/proc/array.c, task_sig).
    private static bool IsCaught(ISystemCallGate gate, int tid)
    {
        if (!gate.ReadFile(string.Create(CultureInfo.InvariantCulture, $"/proc/{tid}/status")).TryGet(out var bytes)) return true;
        var text = bytes.AsSpan();
        var at = text.IndexOf("\nSigCgt:\t"u8);
        return at < 0 || !Utf8Parser.TryParse(text[(at + 9)..], out ulong caught, out _, 'x') || (caught & TrapBit) != 0;
    }
}

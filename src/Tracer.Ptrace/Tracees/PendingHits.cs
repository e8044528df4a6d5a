using Tracer.Linux;

namespace Tracer.Ptrace.Tracees;

/// <summary>Hits that have happened and were not delivered: a thread may have executed int3 and stand at our interrupt, which comes before the signal.</summary>
internal static class PendingHits
{
    private const ulong TrapBit = 1UL << ((int)Signal.Trap - 1);

    /// <summary>Has such threads go on to deliver theirs, until there are none.</summary>
    /// <param name="gate">The kernel.</param>
    /// <param name="group">The threads, which are held.</param>
    /// <param name="isBreakpoint">Whether one of ours is at an address.</param>
    /// <param name="hold">Holds those again that went on.</param>
    public static void Take(ISystemCallGate gate, TraceeGroup group, Func<ulong, bool> isBreakpoint, Action hold)
    {
        for (var again = true; again;)
        {
            again = false;
            foreach (var tracee in group.Tracees.ToArray())
            {
                if (tracee.State != TraceeState.Held || gate.PtraceGetRegisters(tracee.Tid, out var registers).IsError) continue;
                if (!isBreakpoint(registers.Rip - 1) || (PendingSignals.Of(gate, tracee.Tid) & TrapBit) == 0) continue;
                group.ResumeUninterrupted(tracee);
                again = true;
            }

            if (again) hold();
        }
    }
}

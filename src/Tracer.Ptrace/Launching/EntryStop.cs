using System.Buffers.Binary;
using Tracer.Linux;
using Tracer.Ptrace.Breakpoints;

namespace Tracer.Ptrace.Launching;

/// <summary>
/// Leads a child that was spawned stopped, and has still to execute its program, to that program's entry point and leaves it there, stopped and untraced. The
/// dynamic loader has by then mapped all libraries the program needs. Everything happens on the calling thread.
/// </summary>
internal sealed class EntryStop(ISystemCallGate gate, ChildProcess child)
{

    private readonly ProcFs _proc = new(gate);

    /// <summary>Throws a TracerException when the program does not get there; the child is then dead or still stopped and traced, to be killed.</summary>
    public void Reach()
    {
        // It is ours: it may well die with us before it has begun.
        var seized = gate.PtraceSeize(child.Pid, PtraceOptions.TraceExec | PtraceOptions.ExitKill);
        if (seized.IsError) throw seized.Error == Errno.EPERM ? Failures.NotPermitted(child.Pid) : Failures.Kernel("seizing the command", seized.Error);
        ReachExec();
        if (!TargetCheck.Is64Bit(gate, _proc.PathOf(child.Pid, "exe"))) throw Failures.Not64Bit(child.Pid);
        ReachEntry();
        StopAndDetach();
    }

    private void ReachExec()
    {
        Wait(s => s.Event == PtraceEvent.Stop);
        // Listening, it stays stopped until the SIGCONT, which ends the group's stop as well.
        gate.PtraceListen(child.Pid);
        child.Send(Signal.Cont);
        Wait(s => s.Event == PtraceEvent.Exec);
    }

    private void ReachEntry()
    {
        using var memory = new ProcessMemory(gate, child.Pid);
        var entry = EntryPoint();
        Span<byte> original = stackalloc byte[1];
        var read = memory.Read(entry, original);
        if (read.Count != 1) throw Failures.CannotRead("command's entry point", read.Error);
        var written = memory.WriteThroughProtection(entry, [BreakpointByte.Int3]);
        if (written.Count != 1) throw Failures.CannotWrite("command's entry point", written.Error);
        gate.PtraceContinue(child.Pid);
        Wait(s => s is { Event: PtraceEvent.None, StopSignal: Signal.Trap }
            && gate.PtraceGetRegisters(child.Pid, out var registers).IsSuccess && registers.Rip == entry + 1);
        written = memory.WriteThroughProtection(entry, original);
        if (written.Count != 1) throw Failures.CannotWrite("command's entry point", written.Error);
        gate.PtraceSetRip(child.Pid, entry);
    }

    private void StopAndDetach()
    {
        child.Send(Signal.Stop);
        gate.PtraceContinue(child.Pid);
        Wait(s => s is { Event: PtraceEvent.Stop, StopSignal: Signal.Stop });
        var detached = gate.PtraceDetach(child.Pid);
        if (detached.IsError) throw Failures.Kernel("letting the command go", detached.Error);
        // It goes from the tracer's stop into its group's by itself, a moment later.
        for (var k = 0; k < 1000 && _proc.Status(child.Pid).TryGet(out var status) && status.State != ProcessState.Stopped; k++) Thread.Sleep(1);
    }

    // Goes on until a stop is the wanted one; every signal is delivered.
    private void Wait(Predicate<WaitStatus> wanted)
    {
        while (true)
        {
            if (!gate.Wait(child.Pid, WaitOptions.All | WaitOptions.ThisThread).TryGet(out var result, out var error)) throw Failures.Kernel(error.Doing, error.Error);
            if (result.Status.IsGone)
            {
                child.NoteExit(result.Status);
                throw Failures.EndedEarly(child.Path, result.Status);
            }

            if (wanted(result.Status)) return;
            gate.PtraceContinue(child.Pid, result.Status.Event == PtraceEvent.None ? result.Status.StopSignal : Signal.None);
        }
    }

    // The auxiliary vector: pairs of words; AT_ENTRY is 9 (include/uapi/linux/auxvec.h).
    private ulong EntryPoint()
    {
        const ulong AtEntry = 9;
        if (!gate.ReadFile(_proc.PathOf(child.Pid, "auxv")).TryGet(out var bytes, out var error)) throw Failures.CannotRead("command's auxiliary vector", error.Error);
        for (var at = 0; at + 16 <= bytes.Length; at += 16)
        {
            if (BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(at)) == AtEntry) return BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(at + 8));
        }

        throw Failures.CannotRead("command's entry point", Errno.ENODATA);
    }
}

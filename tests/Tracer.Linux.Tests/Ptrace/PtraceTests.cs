using Tracer.Testing;
using Xunit;

namespace Tracer.Linux.Tests;

public sealed class PtraceTests
{
    private const WaitOptions Ours = WaitOptions.All | WaitOptions.ThisThread;
    private static readonly LinuxSystemCalls Kernel = LinuxSystemCalls.Instance;

    [Fact]
    public void A_seized_child_is_stopped_read_continued_and_let_go() => OnOneThread(() =>
    {
        using var target = LiveTarget.Start("/bin/sleep", ["100"]);
        var proc = new ProcFs(Kernel);
        WaitForState(target.Pid, ProcessState.Sleeping);
        Assert.True(Kernel.PtraceSeize(target.Pid, PtraceOptions.TraceClone | PtraceOptions.TraceExec).IsSuccess);
        Assert.True(Kernel.PtraceInterrupt(target.Pid).IsSuccess);
        Assert.Equal(new WaitResult(target.Pid, WaitStatus.Stopped(Signal.Trap, PtraceEvent.Stop)), Kernel.Wait(-1, Ours).Value);
        var status = proc.Status(target.Pid).Value;
        Assert.Equal(ProcessState.TracingStop, status.State);
        Assert.Equal(Kernel.ThreadId(), status.TracerPid);

        Assert.True(Kernel.PtraceGetRegisters(target.Pid, out var registers).IsSuccess);
        var map = proc.Maps(target.Pid).Value;
        Assert.True(map.TryFind(registers.Rip, out var text) && text.IsExecutable);
        Assert.True(map.TryFind(registers.Rsp, out var stack) && stack.Path == "[stack]");
        Assert.NotEqual(0UL, registers.FsBase);
        Assert.Equal(0x33UL, registers.Cs);
        Assert.True(Kernel.PtracePeekUser(target.Pid, 16 * 8, out var rip).IsSuccess);
        Assert.Equal(registers.Rip, rip);

        Assert.True(Kernel.PtraceContinue(target.Pid).IsSuccess);
        Assert.Equal(0, Kernel.Wait(-1, Ours | WaitOptions.NoHang).Value.Id);
        Assert.Equal(Errno.ESRCH, Kernel.PtraceGetRegisters(target.Pid, out _).Error);
        Assert.True(Kernel.PtraceInterrupt(target.Pid).IsSuccess);
        Assert.True(Kernel.Wait(-1, Ours).Value.Status.IsStopped);
        Assert.True(Kernel.PtraceDetach(target.Pid).IsSuccess);
        WaitForState(target.Pid, ProcessState.Sleeping);
        Assert.Equal(0, proc.Status(target.Pid).Value.TracerPid);
    });

    [Fact]
    public void Registers_and_memory_written_to_a_stopped_child_read_back() => OnOneThread(() =>
    {
        using var target = LiveTarget.Start("/bin/sleep", ["100"]);
        WaitForState(target.Pid, ProcessState.Sleeping);
        Stop(target.Pid);
        Kernel.PtraceGetRegisters(target.Pid, out var original);
        var changed = original;
        changed.R15 ^= 0x5A5A;
        Assert.True(Kernel.PtraceSetRegisters(target.Pid, changed).IsSuccess);
        Kernel.PtraceGetRegisters(target.Pid, out var read);
        Assert.Equal(changed.R15, read.R15);
        Assert.True(Kernel.PtraceSetRip(target.Pid, original.Rip + 1).IsSuccess);
        Kernel.PtraceGetRegisters(target.Pid, out read);
        Assert.Equal(original.Rip + 1, read.Rip);
        Assert.True(Kernel.PtraceSetRegisters(target.Pid, original).IsSuccess);

        Assert.True(Kernel.PtraceGetFloatingPoint(target.Pid, out var floats).IsSuccess);
        var floatsBefore = floats;
        floats.SetXmm(7, UInt128.MaxValue - 5);
        Assert.True(Kernel.PtraceSetFloatingPoint(target.Pid, floats).IsSuccess);
        Assert.True(Kernel.PtraceGetFloatingPoint(target.Pid, out floats).IsSuccess);
        Assert.Equal(UInt128.MaxValue - 5, floats.Xmm(7));
        var state = new byte[16384];
        var length = Kernel.PtraceGetExtendedState(target.Pid, state);
        Assert.InRange(length.Count, 576, 16384);
        Assert.Equal(UInt128.MaxValue - 5, System.Runtime.InteropServices.MemoryMarshal.Read<UInt128>(state.AsSpan(160 + (7 * 16))));
        Assert.True(Kernel.PtraceSetFloatingPoint(target.Pid, floatsBefore).IsSuccess);

        Assert.True(Kernel.PtracePeekData(target.Pid, original.Rip, out var code).IsSuccess);
        Assert.True(Kernel.PtracePokeData(target.Pid, original.Rip, code ^ 0xFF).IsSuccess);
        Kernel.PtracePeekData(target.Pid, original.Rip, out var patched);
        Assert.Equal(code ^ 0xFF, patched);
        Assert.True(Kernel.PtracePokeData(target.Pid, original.Rip, code).IsSuccess);
        Assert.Equal(Errno.EIO, Kernel.PtracePeekData(target.Pid, 0, out _).Error);
        Assert.True(Kernel.PtraceDetach(target.Pid).IsSuccess);
    });

    [Fact]
    public void A_signal_is_reported_and_delivered_only_when_passed_on() => OnOneThread(() =>
    {
        using var target = LiveTarget.Start("/bin/sleep", ["100"]);
        Assert.True(Kernel.PtraceSeize(target.Pid, PtraceOptions.None).IsSuccess);
        target.Send(Signal.Term);
        Assert.Equal(new WaitResult(target.Pid, WaitStatus.Stopped(Signal.Term)), Kernel.Wait(-1, Ours).Value);
        Assert.True(Kernel.PtraceGetSignalInformation(target.Pid, out var information).IsSuccess);
        Assert.Equal((Signal.Term, 0, Environment.ProcessId), (information.Signal, information.Code, information.SenderPid));
        Assert.True(Kernel.PtraceContinue(target.Pid).IsSuccess);
        Assert.Null(target.Process.WaitForExit(TimeSpan.FromMilliseconds(20)));
        Kernel.KillThread(target.Pid, target.Pid, Signal.Usr1);
        Assert.Equal(WaitStatus.Stopped(Signal.Usr1), Kernel.Wait(-1, Ours).Value.Status);
        Assert.True(Kernel.PtraceContinue(target.Pid, Signal.Usr1).IsSuccess);
        Assert.Equal(WaitStatus.Signaled(Signal.Usr1), target.WaitForExit());
    });

    [Fact]
    public void A_child_started_stopped_is_traced_from_its_exec() => OnOneThread(() =>
    {
        using var target = LiveTarget.Start("/bin/echo", ["begun"], startStopped: true);
        Assert.True(Kernel.PtraceSeize(target.Pid, PtraceOptions.TraceExec).IsSuccess);
        Assert.Equal(WaitStatus.Stopped(Signal.Stop, PtraceEvent.Stop), Kernel.Wait(-1, Ours).Value.Status);
        Assert.True(Kernel.PtraceListen(target.Pid).IsSuccess);
        target.Send(Signal.Cont);
        // The end of the group stop, and the delivery of SIGCONT, in this order or together; then the exec.
        var seen = new List<WaitStatus>();
        while (true)
        {
            var status = Kernel.Wait(-1, Ours).Value.Status;
            seen.Add(status);
            if (status.Event == PtraceEvent.Exec || status.IsGone) break;
            Kernel.PtraceContinue(target.Pid, status.Event == PtraceEvent.None ? status.StopSignal : Signal.None).OrThrow("continuing");
        }

        Assert.Equal(PtraceEvent.Exec, seen[^1].Event);
        Assert.True(Kernel.PtraceGetEventMessage(target.Pid, out var formerId).IsSuccess);
        Assert.Equal((ulong)target.Pid, formerId);
        Assert.EndsWith("/echo", new ProcFs(Kernel).Executable(target.Pid).Value, StringComparison.Ordinal);
        Assert.Equal("", target.StandardOutput);
        Assert.True(Kernel.PtraceDetach(target.Pid).IsSuccess);
        Assert.Equal("begun", target.ReadLine());
        Assert.Equal(0, target.WaitForExit().ExitCode);
    });

    [Fact]
    public void A_single_step_moves_one_instruction() => OnOneThread(() =>
    {
        using var target = LiveTarget.Start("/bin/sh", ["-c", "while :; do :; done"]);
        Stop(target.Pid);
        Kernel.PtraceGetRegisters(target.Pid, out var before);
        Assert.True(Kernel.PtraceSingleStep(target.Pid).IsSuccess);
        Assert.Equal(WaitStatus.Stopped(Signal.Trap), Kernel.Wait(-1, Ours).Value.Status);
        Assert.True(Kernel.PtraceGetSignalInformation(target.Pid, out var information).IsSuccess);
        Assert.Equal(2, information.Code);
        Kernel.PtraceGetRegisters(target.Pid, out var after);
        Assert.NotEqual(before.Rip, after.Rip);
        Assert.True(Kernel.PtraceDetach(target.Pid).IsSuccess);
    });

    [Fact]
    public void Another_threads_wait_does_not_see_our_tracees() => OnOneThread(() =>
    {
        using var target = LiveTarget.Start("/bin/sleep", ["100"]);
        Stop(target.Pid, takeStop: false);
        var other = Errno.None;
        var thread = new Thread(() => other = Kernel.Wait(-1, Ours | WaitOptions.NoHang).Error);
        thread.Start();
        thread.Join();
        Assert.Equal(Errno.ECHILD, other);
        Assert.Equal(target.Pid, Kernel.Wait(-1, Ours).Value.Id);
        Kernel.PtraceDetach(target.Pid);
    });

    [Fact]
    public void A_traced_process_cannot_be_seized_twice() => OnOneThread(() =>
    {
        using var target = LiveTarget.Start("/bin/sleep", ["100"]);
        Assert.True(Kernel.PtraceSeize(target.Pid, PtraceOptions.None).IsSuccess);
        Assert.Equal(Errno.EPERM, Kernel.PtraceSeize(target.Pid, PtraceOptions.None).Error);
        Kernel.PtraceInterrupt(target.Pid);
        Kernel.Wait(-1, Ours);
        Kernel.PtraceDetach(target.Pid);
    });

    [Fact]
    public void Nobody_of_that_number_is_ESRCH() => Assert.Equal(Errno.ESRCH, Kernel.PtraceSeize(int.MaxValue, PtraceOptions.None).Error);

    [Theory]
    [InlineData(Errno.EPERM)]
    [InlineData(Errno.ENOSYS)]
    [InlineData(Errno.ESRCH)]
    public void Failures_come_back_as_results(Errno error)
    {
        var kernel = new FakeKernel().Fail(SystemCall.Ptrace, error).Fail(SystemCall.Wait4, error);
        Assert.Equal(error, kernel.PtraceSeize(7, PtraceOptions.ExitKill).Error);
        Assert.Equal(new FakeCall(SystemCall.Ptrace, (int)PtraceRequest.Seize, 7, 0, 1 << 20, 0, 0), kernel.Calls[0]);
        Assert.Equal(error, kernel.PtraceGetRegisters(7, out _).Error);
        Assert.Equal(error, kernel.PtraceGetExtendedState(7, new byte[8]).Error);
        Assert.Equal(error, kernel.Wait(7, WaitOptions.All).Error);
    }

    [Fact]
    public void An_interrupted_wait_goes_on()
    {
        var calls = 0;
        var kernel = new FakeKernel().On(SystemCall.Wait4, call =>
        {
            if (calls++ == 0) return -(int)Errno.EINTR;
            FakeCall.Bytes(call.A1, 4)[1] = 9;
            return 12;
        });
        Assert.Equal(new WaitResult(12, WaitStatus.Exited(9)), kernel.Wait(-1, WaitOptions.All).Value);
    }

    [Fact]
    public void A_thread_pinned_to_a_CPU_may_run_there_only() => OnOneThread(() =>
    {
        var all = Kernel.Affinity(0).Value;
        var first = Enumerable.Range(0, 8192).First(all.Contains);
        Assert.True(Kernel.SetAffinity(0, CpuSet.Of(first)).IsSuccess);
        var one = Kernel.Affinity(Kernel.ThreadId()).Value;
        Assert.Equal((1, true), (one.Count, one.Contains(first)));
        Assert.Equal(Errno.EINVAL, Kernel.SetAffinity(0, default).Error);
    });

    private static void Stop(int pid, bool takeStop = true)
    {
        Kernel.PtraceSeize(pid, PtraceOptions.None).OrThrow("seizing");
        Kernel.PtraceInterrupt(pid).OrThrow("interrupting");
        if (takeStop) Assert.True(Kernel.Wait(-1, Ours).Value.Status.IsStopped);
    }

    private static void WaitForState(int pid, ProcessState state)
    {
        var proc = new ProcFs(Kernel);
        Assert.True(SpinWait.SpinUntil(() => proc.Status(pid).Value.State == state && proc.Comm(pid).Value == "sleep", TimeSpan.FromSeconds(10)));
    }

    // ptrace belongs to a thread: a test of its own thread is not moved, and its children are no other test's.
    private static void OnOneThread(Action body)
    {
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                body();
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        if (failure is not null) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
    }
}

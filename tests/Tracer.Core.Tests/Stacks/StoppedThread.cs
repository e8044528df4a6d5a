using Tracer.Core.Evaluation;
using Tracer.Elf;
using Tracer.Linux;
using Xunit;

namespace Tracer.Core.Tests.Stacks;

/// <summary>A thread that ptrace has stopped, and its registers. To be used on one thread, as ptrace demands.</summary>
internal sealed class StoppedThread : IDisposable
{
    private static readonly LinuxSystemCalls Kernel = LinuxSystemCalls.Instance;
    private readonly int _tid;

    public StoppedThread(int tid)
    {
        _tid = tid;
        Assert.True(Kernel.PtraceSeize(tid, default).IsSuccess);
        Assert.True(Kernel.PtraceInterrupt(tid).IsSuccess);
        Assert.True(Kernel.Wait(tid, WaitOptions.All | WaitOptions.ThisThread).Value.Status.IsStopped);
    }

    public RegisterSet Registers
    {
        get
        {
            Assert.True(Kernel.PtraceGetRegisters(_tid, out var user).IsSuccess);
            var registers = default(RegisterSet);
            for (var register = X64Register.Rax; register <= X64Register.Rip; register++)
            {
                Assert.True(user.TryGet((int)register, out ulong value));
                registers[register] = value;
            }

            return registers;
        }
    }

    public void Step()
    {
        Assert.True(Kernel.PtraceSingleStep(_tid).IsSuccess);
        Assert.True(Kernel.Wait(_tid, WaitOptions.All | WaitOptions.ThisThread).Value.Status.IsStopped);
    }

    public void Dispose() => Kernel.PtraceDetach(_tid);

    /// <summary>Runs a test on a thread of its own, to which its tracees belong.</summary>
    public static void OnOneThread(Action body)
    {
        System.Runtime.ExceptionServices.ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                body();
            }
            catch (Exception e)
            {
                failure = System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(e);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
    }
}

using System.Buffers.Text;
using Tracer.Linux;
using Tracer.Ptrace.Tests.Support;
using Tracer.Testing;

namespace Tracer.Ptrace.Tests;

/// <summary>What the target does about SIGTRAP, SIGCONT and blocked signals is its own, while it is traced and after.</summary>
public sealed class TrapTests
{
    // Threads that block all signals, and one that blocks them for a while, come to sites; "state" prints what the program sees of itself.
    private const string Blocking = """
        #define _GNU_SOURCE
        #include <stdio.h>
        #include <string.h>
        #include <signal.h>
        #include <pthread.h>
        #include <unistd.h>
        static volatile long hits, wrong; static volatile int go, stop; static volatile int waiting;
        __attribute__((used)) static volatile long data = 42;
        __attribute__((noinline)) static void site(void) {
            long r;
            asm volatile(".globl site_mov\nsite_mov: mov data(%%rip), %0" : "=r"(r));
            if (r != 42) wrong++;
            __atomic_fetch_add(&hits, 1, __ATOMIC_SEQ_CST);
        }
        static int trap_blocked(void) { sigset_t s; pthread_sigmask(SIG_BLOCK, 0, &s); return sigismember(&s, SIGTRAP); }
        static volatile int blocked_after[4];
        static void *always(void *p) {
            sigset_t all; sigfillset(&all); pthread_sigmask(SIG_BLOCK, &all, 0);
            waiting++;
            while (!go) usleep(1000);
            for (int k = 0; k < 100; k++) site();
            waiting++;
            while (!stop) usleep(1000);
            blocked_after[(long)p] = trap_blocked();
            return 0;
        }
        static void *sometimes(void *p) {
            sigset_t all, old; sigfillset(&all);
            waiting++;
            while (!go) usleep(1000);
            for (int k = 0; k < 50; k++) {
                pthread_sigmask(SIG_SETMASK, &all, &old); site();
                pthread_sigmask(SIG_SETMASK, &old, 0); site();
            }
            waiting++;
            while (!stop) usleep(1000);
            blocked_after[(long)p] = trap_blocked();
            return 0;
        }
        int main(int c, char **v) {
            pthread_t t[3];
            if (c > 1) signal(SIGTRAP, SIG_IGN);
            pthread_create(&t[0], 0, always, (void *)0); pthread_create(&t[1], 0, always, (void *)1); pthread_create(&t[2], 0, sometimes, (void *)2);
            while (waiting < 3) usleep(1000);
            puts("ready"); fflush(stdout); getchar();
            go = 1;
            while (waiting < 6) usleep(1000);
            printf("hits %ld wrong %ld\n", hits, wrong); fflush(stdout); getchar();
            stop = 1;
            for (int k = 0; k < 3; k++) pthread_join(t[k], 0);
            struct sigaction a; sigaction(SIGTRAP, 0, &a);
            printf("blocked %d %d %d action %ld\n", blocked_after[0], blocked_after[1], blocked_after[2], (long)a.sa_handler); fflush(stdout);
            return 0;
        }
        """;

    private static readonly ISystemCallGate Gate = LinuxSystemCalls.Instance;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Threads_that_block_all_signals_pass_sites_and_have_their_masks_back(bool ignoresTraps)
    {
        using var program = CProgram.Compile(Blocking);
        using var target = program.Start(ignoresTraps ? ["ignore"] : []);
        target.ReadLine();
        var recorder = new Recorder(keep: false);
        await using (await Tracing.Attach(program.PlanOf(target.Pid, "site_mov"), recorder))
        {
            target.WriteLine();
            Assert.Equal("hits 300 wrong 0", target.ReadLine(TimeSpan.FromSeconds(60)));
            // The handler that has threads wait when the tracer is gone is in place again, whoever made the kernel forget it.
            Assert.True(IsTrapCaught(target.Pid));
        }

        Assert.Equal(300, recorder.Total);
        Assert.False(IsTrapCaught(target.Pid));
        target.WriteLine();
        Assert.Equal($"blocked 1 1 0 action {(ignoresTraps ? 1 : 0)}", target.ReadLine());
        Assert.Equal(0, target.WaitForExit().ExitCode);
    }

    [Theory]
    [InlineData("raise", "", "killed by SIGTRAP")]
    [InlineData("int3", "", "killed by SIGTRAP")]
    [InlineData("raise", "ignore", "exited with 7")]
    [InlineData("int3", "ignore", "killed by SIGTRAP")]
    public async Task A_trap_of_the_programs_own_does_what_it_does_untraced(string trap, string ignore, string end)
    {
        const string Code = """
            #include <stdio.h>
            #include <string.h>
            #include <signal.h>
            int main(int c, char **v) {
                if (v[2][0]) signal(SIGTRAP, SIG_IGN);
                puts("ready"); fflush(stdout); getchar();
                asm volatile(".globl site_nop\nsite_nop: nop");
                if (strcmp(v[1], "raise") == 0) raise(SIGTRAP); else asm volatile("int3");
                return 7;
            }
            """;
        using var program = CProgram.Compile(Code);
        foreach (var traced in new[] { false, true })
        {
            using var target = program.Start(trap, ignore);
            target.ReadLine();
            await using var attachment = traced ? await Tracing.Attach(program.PlanOf(target.Pid, "site_nop"), new Recorder()) : null;
            target.WriteLine();
            Assert.Equal(end, target.WaitForExit().ToString());
        }
    }

    [Fact]
    public async Task A_handler_of_the_programs_own_is_the_same_after_as_before_and_finds_what_it_asked_for()
    {
        const string Code = """
            #define _GNU_SOURCE
            #include <stdio.h>
            #include <string.h>
            #include <signal.h>
            static volatile int own, other, blocked;
            static void handler(int s) { sigset_t m; sigprocmask(SIG_BLOCK, 0, &m); own += s == SIGTRAP; blocked += sigismember(&m, SIGUSR1); }
            static void second(int s) { other++; }
            static int same(const struct sigaction *a, const struct sigaction *b) { return a->sa_handler == b->sa_handler && a->sa_flags == b->sa_flags && sigismember(&a->sa_mask, SIGUSR1) == sigismember(&b->sa_mask, SIGUSR1); }
            int main() {
                struct sigaction a = {.sa_handler = handler, .sa_flags = SA_RESTART}, b, c;
                sigaddset(&a.sa_mask, SIGUSR1);
                sigaction(SIGTRAP, &a, 0); sigaction(SIGTRAP, 0, &b);
                puts("ready"); fflush(stdout); getchar();
                for (int k = 0; k < 5; k++) { raise(SIGTRAP); asm volatile("int3"); asm volatile(".globl site_nop\nsite_nop: nop"); }
                printf("own %d blocked %d\n", own, blocked); fflush(stdout); getchar();
                sigaction(SIGTRAP, 0, &c);
                printf("same %d\n", same(&b, &c)); fflush(stdout); getchar();
                signal(SIGTRAP, second); raise(SIGTRAP);
                printf("other %d\n", other); fflush(stdout); getchar();
                raise(SIGTRAP);
                printf("other %d\n", other); fflush(stdout);
                return 0;
            }
            """;
        using var program = CProgram.Compile(Code);
        using var target = program.Start();
        target.ReadLine();
        var recorder = new Recorder(keep: false);
        await using (await Tracing.Attach(program.PlanOf(target.Pid, "site_nop"), recorder))
        {
            target.WriteLine();
            Assert.Equal("own 10 blocked 10", target.ReadLine());
        }

        target.WriteLine();
        Assert.Equal("same 1", target.ReadLine());
        await using (await Tracing.Attach(program.PlanOf(target.Pid, "site_nop"), recorder))
        {
            // One that it sets meanwhile stays.
            target.WriteLine();
            Assert.Equal("other 1", target.ReadLine());
        }

        target.WriteLine();
        Assert.Equal("other 2", target.ReadLine());
        Assert.Equal(5, recorder.Total);
    }

    [Fact]
    public async Task SIGCONT_and_the_stops_of_job_control_are_the_targets_own()
    {
        const string Code = """
            #include <stdio.h>
            #include <signal.h>
            #include <unistd.h>
            static volatile long continued; static volatile long rounds;
            static void handler(int s) { continued++; }
            int main() {
                signal(SIGCONT, handler);
                puts("ready"); fflush(stdout);
                char x; long told = -1;
                for (;;) {
                    rounds++;
                    asm volatile(".globl site_nop\nsite_nop: nop");
                    usleep(200);
                    if (continued != told) { told = continued; printf("continued %ld\n", told); fflush(stdout); }
                }
            }
            """;
        using var program = CProgram.Compile(Code);
        using var target = program.Start();
        target.ReadLine();
        Assert.Equal("continued 0", target.ReadLine());
        var recorder = new Recorder(keep: false);
        var count = 0;
        for (var round = 0; round < 3; round++)
        {
            await using (await Tracing.Attach(program.PlanOf(target.Pid, "site_nop"), recorder))
            {
                await Moves(recorder);
                target.Send(Signal.Cont);
                Assert.Equal($"continued {++count}", target.ReadLine());
                // The others are ignored in a process group that nobody waits for, as that of tests may be.
                foreach (var stop in new[] { Signal.Stop, Signal.Stop })
                {
                    target.Send(stop);
                    await Until(() => State(target) is ProcessState.Stopped or ProcessState.TracingStop && !HasMoved(recorder));
                    target.Send(Signal.Cont);
                    Assert.Equal($"continued {++count}", target.ReadLine());
                    await Moves(recorder);
                }

                target.Send(Signal.Stop);
                await Until(() => !HasMoved(recorder));
            }

            // It is let go, and stops again.
            await Until(() => State(target) == ProcessState.Stopped);
            await using (await Tracing.Attach(program.PlanOf(target.Pid, "site_nop"), recorder)) Assert.False(HasMoved(recorder));
            await Until(() => State(target) == ProcessState.Stopped);
            target.Send(Signal.Cont);
            Assert.Equal($"continued {++count}", target.ReadLine());
        }
    }

    private static ProcessState State(LiveTarget target) => new ProcFs(Gate).Status(target.Pid).Value.State;

    private static bool HasMoved(Recorder recorder)
    {
        var before = recorder.Total;
        Thread.Sleep(30);
        return recorder.Total != before;
    }

    private static Task Moves(Recorder recorder) => Until(() => HasMoved(recorder));

    private static async Task Until(Func<bool> condition)
    {
        for (var clock = System.Diagnostics.Stopwatch.StartNew(); !condition(); await Task.Delay(5, TestContext.Current.CancellationToken))
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), "it did not happen within 20 seconds");
    }

    private static bool IsTrapCaught(int pid)
    {
        var text = Gate.ReadFile($"/proc/{pid}/status").Value.AsSpan();
        Assert.True(Utf8Parser.TryParse(text[(text.IndexOf("\nSigCgt:\t"u8) + 9)..], out ulong caught, out _, 'x'));
        return (caught & (1UL << ((int)Signal.Trap - 1))) != 0;
    }
}

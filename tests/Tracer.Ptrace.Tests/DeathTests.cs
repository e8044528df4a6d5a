using Tracer.Core.Probes;
using Tracer.Linux;
using Tracer.Ptrace.Rescue;
using Tracer.Ptrace.Tests.Support;

namespace Tracer.Ptrace.Tests;

/// <summary>A tracer that dies between any two of its system calls harms nobody, and what it leaves is found and given back.</summary>
public sealed class DeathTests
{
    // Threads that check themselves; one computes with vectors, one waits in a system call whose result it knows, one handles signals.
    private const string Load = """
        #define _GNU_SOURCE
        #include <stdio.h>
        #include <errno.h>
        #include <signal.h>
        #include <pthread.h>
        #include <unistd.h>
        __attribute__((used)) volatile unsigned short semaphore = 0;
        __attribute__((used)) static volatile long data = 42;
        static volatile int stop; static volatile long wrong, rounds, handled;
        __attribute__((naked, used, noinline)) static long entry(long x) {
            asm(".globl site_push\nsite_push: push %rbp\n mov %rsp, %rbp\n lea 1(%rdi), %rax\n pop %rbp\n .globl site_ret\nsite_ret: ret");
        }
        static void step(long i) {
            long r;
            asm volatile(".globl site_nop\nsite_nop: nop");
            asm volatile(".globl site_mov\nsite_mov: mov data(%%rip), %0" : "=r"(r));
            if (r != 42 || entry(i) != i + 1) wrong++;
            asm volatile("mov $1, %0\n cmp %1, %1\n .globl site_je\nsite_je: je 1f\n mov $2, %0\n1:" : "=&r"(r) : "r"(i) : "cc");
            if (r != 1) wrong++;
        }
        static void handler(int s) { handled++; step(handled); }
        static void *work(void *p) {
            volatile double sum = 0;
            for (long i = 0; !stop; i++) {
                double a = i * 0.5, b = i * 0.25;
                step(i);
                sum = a + b;
                if (sum != i * 0.75) wrong++;
                rounds++;
                if (p) usleep(100);
            }
            return 0;
        }
        static void *waits(void *p) {
            int *ends = p; char c;
            for (;;) { ssize_t n = read(ends[0], &c, 1); if (n == 0) return 0; if (n != 1 || c != 'x') wrong++; step(n); }
        }
        int main() {
            pthread_t t[3]; int ends[2]; char line[64];
            if (pipe(ends)) return 1;
            signal(SIGUSR1, handler);
            pthread_create(&t[0], 0, work, 0); pthread_create(&t[1], 0, work, (void *)1); pthread_create(&t[2], 0, waits, ends);
            puts("ready"); fflush(stdout);
            long sent = 0;
            while (fgets(line, sizeof line, stdin) && line[0] != 'q') {
                long before = rounds;
                if (write(ends[1], "x", 1) != 1) wrong++;
                pthread_kill(t[1], SIGUSR1); sent++;
                while (rounds < before + 20 || handled < sent) usleep(100);
                printf("wrong %ld semaphore %d\n", wrong, semaphore); fflush(stdout);
            }
            stop = 1; close(ends[1]);
            for (int k = 0; k < 3; k++) pthread_join(t[k], 0);
            printf("wrong %ld\n", wrong); fflush(stdout);
            return 0;
        }
        """;

    private static readonly string[] Sites = ["site_nop", "site_push", "site_ret", "site_mov", "site_je"];
    private static readonly ISystemCallGate Gate = LinuxSystemCalls.Instance;

    [Fact]
    public async Task A_tracer_that_dies_between_any_two_calls_harms_nobody()
    {
        using var program = CProgram.Compile(Load, "-fcf-protection=none");
        using var target = program.Start();
        target.ReadLine();
        var text = Text(target.Pid, program.Path);
        var left = 0;
        // While it attaches; then over hits and the end, in larger steps; then each call of the end.
        for (var calls = 1; await Survives(new DyingGate(calls)); calls += calls < 250 ? 1 : 17)
        {
        }

        for (var calls = 1; await Survives(new DyingGate(int.MaxValue), calls); calls++)
        {
        }

        Assert.True(left > 20, $"only {left} times something was left");
        target.WriteLine("quit");
        Assert.Equal("wrong 0", target.ReadLine());
        Assert.Equal(0, target.WaitForExit().ExitCode);

        // One tracer, one death; false when it lived to its end.
        async Task<bool> Survives(DyingGate gate, int? ofItsEnd = null)
        {
            var plan = program.Plan(target.Pid, m => Sites.Select(s => Probes.Of(m, s, [], new ProbeSite(program.At(m, s), new()) { Semaphore = program.SemaphoreAt(m, "semaphore") })));
            try
            {
                await using var attachment = await Tracing.Attach(plan, new Recorder(keep: false), gate);
                if (ofItsEnd is { } calls) gate.DieAfter(calls);
                await attachment.StopAsync();
            }
            catch (OperationCanceledException)
            {
            }

            // The kernel lets go of the threads when the tracer's has ended.
            for (var k = 0; k < 2000 && TestamentSearch.TracerOf(Gate, target.Pid) != 0; k++) await Task.Delay(1, TestContext.Current.CancellationToken);
            if (Recovery.IsNeeded(Gate, target.Pid))
            {
                left++;
                Assert.All(Recovery.Recover(Gate, target.Pid), r => Assert.Empty(r.Failed));
            }

            var when = $"{(ofItsEnd is null ? "" : "of its end, ")}after {gate.Made} calls, the last of them {gate.Last}";
            Assert.True(target.Process.WaitForExit(TimeSpan.Zero) is null, $"the target {target.ExitStatus}, the tracer having died {when}");
            Assert.False(Recovery.IsNeeded(Gate, target.Pid));
            target.WriteLine();
            var said = target.ReadLine(TimeSpan.FromSeconds(60));
            Assert.True(said == "wrong 0 semaphore 0", $"{said}, the tracer having died {when}");
            Assert.True(text.AsSpan().SequenceEqual(Text(target.Pid, program.Path)), $"text, the tracer having died {when}");
            return gate.HasDied;
        }
    }

    private static byte[] Text(int pid, string path)
    {
        using var memory = new ProcessMemory(Gate, pid);
        var text = new ProcFs(Gate).Maps(pid).Value.Entries.Single(e => e.Path == path && e.IsExecutable);
        var bytes = new byte[text.Length];
        memory.Read(text.Start, bytes).OrThrow("reading the text");
        return bytes;
    }
}

using Tracer.Core.Diagnostics;
using Tracer.Linux;
using Tracer.Ptrace.Tests.Support;

namespace Tracer.Ptrace.Tests;

/// <summary>Children of the target are unharmed; the target's own end and its exec are told.</summary>
public sealed class ProcessTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Children_by_fork_vfork_and_posix_spawn_run_through_sites_unharmed()
    {
        const string Code = """
            #define _GNU_SOURCE
            #include <stdio.h>
            #include <stdlib.h>
            #include <unistd.h>
            #include <spawn.h>
            #include <sys/wait.h>
            extern char **environ;
            __attribute__((used)) static volatile long data = 42;
            __attribute__((used)) volatile unsigned short semaphore = 0;
            static __attribute__((noinline)) long sites(void) {
                long r;
                asm volatile(".globl site_nop\nsite_nop: nop");
                asm volatile(".globl site_mov\nsite_mov: mov data(%%rip), %0" : "=r"(r));
                return r;
            }
            int main(int c, char **v) {
                if (c > 1) return sites() == 42 ? 9 : 1;
                puts("ready"); fflush(stdout); getchar();
                int good = 0;
                for (int k = 0; k < 20; k++) {
                    int s; pid_t p;
                    sites();
                    p = fork();
                    if (!p) { for (int j = 0; j < 5; j++) if (sites() != 42) _exit(1); _exit(semaphore == 0 ? 5 : 6); }
                    waitpid(p, &s, 0); good += WIFEXITED(s) && WEXITSTATUS(s) == 5;
                    p = vfork();
                    if (!p) { for (int j = 0; j < 5; j++) if (sites() != 42) _exit(1); _exit(6); }
                    waitpid(p, &s, 0); good += WIFEXITED(s) && WEXITSTATUS(s) == 6;
                    p = vfork();
                    if (!p) { sites(); execl(v[0], v[0], "x", (char *)0); _exit(1); }
                    waitpid(p, &s, 0); good += WIFEXITED(s) && WEXITSTATUS(s) == 9;
                    char *a[] = {v[0], "x", 0};
                    posix_spawn(&p, v[0], 0, 0, a, environ);
                    waitpid(p, &s, 0); good += WIFEXITED(s) && WEXITSTATUS(s) == 9;
                    good += system("exit 3") == 3 << 8;
                }
                printf("good %d\n", good); fflush(stdout); getchar();
            }
            """;
        using var program = CProgram.Compile(Code);
        using var target = program.Start();
        target.ReadLine();
        var recorder = new Recorder(keep: false);
        var plan = program.Plan(target.Pid, m => new[] { "site_nop", "site_mov" }.Select(s =>
            Probes.Of(m, s, [], new Core.Probes.ProbeSite(program.At(m, s), new()) { Semaphore = program.SemaphoreAt(m, "semaphore") })));
        await using (await Tracing.Attach(plan, recorder))
        {
            target.WriteLine();
            Assert.Equal("good 100", target.ReadLine());
        }

        // The target's own hits, not its children's.
        Assert.Equal(20, recorder.Count("site_nop"));
        Assert.Equal(20, recorder.Count("site_mov"));
        target.WriteLine();
        Assert.Equal(0, target.WaitForExit().ExitCode);
    }

    [Fact]
    public async Task Detaching_while_a_thread_waits_in_vfork_harms_neither()
    {
        const string Code = """
            #define _GNU_SOURCE
            #include <stdio.h>
            #include <unistd.h>
            #include <sys/wait.h>
            __attribute__((used)) static volatile long data = 42;
            int main() {
                puts("ready"); fflush(stdout); getchar();
                int s; pid_t p = vfork();
                if (!p) {
                    long r = 0;
                    write(1, "child\n", 6);
                    for (int k = 0; k < 30; k++) { usleep(10000); asm volatile(".globl site_mov\nsite_mov: mov data(%%rip), %0" : "=r"(r)); }
                    _exit(r == 42 ? 4 : 1);
                }
                waitpid(p, &s, 0);
                asm volatile("mov data(%%rip), %%rax" ::: "rax");
                printf("child %d\n", WIFEXITED(s) ? WEXITSTATUS(s) : -WTERMSIG(s)); fflush(stdout); getchar();
            }
            """;
        using var program = CProgram.Compile(Code);
        using var target = program.Start();
        target.ReadLine();
        await using (await Tracing.Attach(program.PlanOf(target.Pid, "site_mov"), new Recorder()))
        {
            target.WriteLine();
            Assert.Equal("child", target.ReadLine());
            await Task.Delay(60, TestContext.Current.CancellationToken);
        }

        Assert.Equal("child 4", target.ReadLine());
    }

    [Fact]
    public async Task A_child_that_is_told_of_late_is_not_left_with_breakpoints_by_detaching()
    {
        const string Code = """
            #include <pthread.h>
            #include <stdio.h>
            #include <unistd.h>
            #include <sys/wait.h>
            static volatile long rounds, bad;
            static void *births(void *unused) {
                for (;; rounds++) {
                    int s; pid_t p = fork();
                    if (!p) { asm volatile(".globl site_nop\nsite_nop: nop"); _exit(5); }
                    waitpid(p, &s, 0); bad += !WIFEXITED(s) || WEXITSTATUS(s) != 5;
                }
                return unused;
            }
            int main() {
                pthread_t t; pthread_create(&t, 0, births, 0);
                do { printf("%ld %ld\n", rounds, bad); fflush(stdout); } while (getchar() == '\n');
            }
            """;
        using var program = CProgram.Compile(Code);
        using var target = program.Start();
        target.ReadLine();
        for (var k = 0; k < 5; k++)
        {
            var gate = new LateBirthGate(target.Pid, TimeSpan.FromMilliseconds(30));
            await using (await Tracing.Attach(program.PlanOf(target.Pid, "site_nop"), new Recorder(keep: false), gate))
                await Task.Delay(100, TestContext.Current.CancellationToken);
            var (rounds, _) = Ask();
            var deadline = DateTime.UtcNow + Patience;
            while (Ask().Rounds < rounds + 2)
            {
                Assert.True(DateTime.UtcNow < deadline, "its child hangs");
                await Task.Delay(1, TestContext.Current.CancellationToken);
            }
        }

        Assert.Equal(0, Ask().Bad);

        (long Rounds, long Bad) Ask()
        {
            target.WriteLine();
            var numbers = target.ReadLine().Split(' ');
            return (long.Parse(numbers[0]), long.Parse(numbers[1]));
        }
    }

    [Theory]
    [InlineData("kill")]
    [InlineData("exec")]
    public async Task A_child_in_vfork_outlives_the_target_unharmed(string how)
    {
        const string Code = """
            #define _GNU_SOURCE
            #include <stdio.h>
            #include <unistd.h>
            #include <pthread.h>
            __attribute__((used)) static volatile long data = 42;
            static void *executes(void *p) { usleep(300000); execl("/bin/sleep", "sleep", "3", (char *)0); return 0; }
            int main(int c, char **v) {
                puts("ready"); fflush(stdout); getchar();
                pthread_t t; if (c > 1) pthread_create(&t, 0, executes, 0);
                if (!vfork()) {
                    long r, wrong = 0;
                    write(1, "child\n", 6);
                    for (int k = 0; k < 100; k++) { usleep(10000); asm volatile(".globl site_mov\nsite_mov: mov data(%%rip), %0" : "=r"(r)); wrong += r != 42; }
                    write(1, wrong ? "wrong\n" : "right\n", 6);
                    _exit(0);
                }
                pause();
            }
            """;
        using var program = CProgram.Compile(Code);
        using var target = how == "kill" ? program.Start() : program.Start("exec");
        target.ReadLine();
        await using var attachment = await Tracing.Attach(program.PlanOf(target.Pid, "site_mov"), new Recorder());
        target.WriteLine();
        Assert.Equal("child", target.ReadLine());
        if (how == "kill") target.Send(Signal.Kill);
        if (how == "kill") await attachment.Completion.WaitAsync(Patience, TestContext.Current.CancellationToken);
        else await Assert.ThrowsAsync<TracerException>(() => attachment.Completion.WaitAsync(Patience, TestContext.Current.CancellationToken));
        Assert.Equal("right", target.ReadLine());
    }

    [Fact]
    public async Task An_exec_of_the_target_ends_tracing_with_a_diagnostic_and_the_new_program_runs_on()
    {
        const string Code = """
            #include <stdio.h>
            #include <unistd.h>
            #include <pthread.h>
            static void *work(void *p) { for (;;) asm volatile(".globl site_nop\nsite_nop: nop"); }
            static void *executes(void *p) { execl("/bin/sh", "sh", "-c", "echo executed; read x; exit 8", (char *)0); return 0; }
            int main(int c, char **v) {
                pthread_t t; pthread_create(&t, 0, work, 0);
                puts("ready"); fflush(stdout); getchar();
                if (c > 1) { pthread_create(&t, 0, executes, 0); pthread_join(t, 0); }
                executes(0);
            }
            """;
        using var program = CProgram.Compile(Code);
        foreach (var arguments in new string[][] { [], ["by a thread"] })
        {
            using var target = program.Start(arguments);
            target.ReadLine();
            await using var attachment = await Tracing.Attach(program.PlanOf(target.Pid, "site_nop"), new Recorder(keep: false));
            target.WriteLine();
            Assert.Equal("executed", target.ReadLine());
            var failure = await Assert.ThrowsAsync<TracerException>(() => attachment.Completion.WaitAsync(Patience, TestContext.Current.CancellationToken));
            Assert.Equal("ST0310", failure.Id);
            target.WriteLine();
            Assert.Equal(8, target.WaitForExit().ExitCode);
        }
    }

    [Theory]
    [InlineData("exit")]
    [InlineData("kill")]
    [InlineData("leader")]
    public async Task The_end_of_the_target_completes_tracing_with_all_events_delivered(string how)
    {
        const string Code = """
            #include <stdio.h>
            #include <string.h>
            #include <unistd.h>
            #include <pthread.h>
            static void *work(void *p) { sleep(0); for (int k = 0; k < 300; k++) { asm volatile(".globl site_nop\nsite_nop: nop"); usleep(100); } return 0; }
            int main(int c, char **v) {
                puts("ready"); fflush(stdout); getchar();
                pthread_t t[4]; for (int k = 0; k < 4; k++) pthread_create(&t[k], 0, work, 0);
                if (!strcmp(v[1], "leader")) pthread_exit(0);
                for (int k = 0; k < 4; k++) pthread_join(t[k], 0);
                puts("done"); fflush(stdout);
                if (!strcmp(v[1], "kill")) for (;;) work(0);
                return 6;
            }
            """;
        using var program = CProgram.Compile(Code);
        using var target = program.Start(how);
        target.ReadLine();
        var recorder = new Recorder(keep: false);
        await using var attachment = await Tracing.Attach(program.PlanOf(target.Pid, "site_nop"), recorder);
        target.WriteLine();
        if (how == "kill")
        {
            target.ReadLine();
            target.Send(Signal.Kill);
        }

        await attachment.Completion.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.True(how == "kill" ? recorder.Total >= 1200 : recorder.Total == 1200, $"{recorder.Total}");
        var status = target.WaitForExit();
        Assert.Equal(how == "kill" ? "killed by SIGKILL" : how == "exit" ? "exited with 6" : "exited with 0", status.ToString());
    }

    [Fact]
    public async Task A_target_whose_first_thread_has_ended_is_attached_to_and_detached_from()
    {
        const string Code = """
            #include <stdio.h>
            #include <unistd.h>
            #include <pthread.h>
            static void *work(void *p) {
                usleep(50000); puts("ready"); fflush(stdout);
                for (int k = 0; k < 20000; k++) { asm volatile(".globl site_mov\nsite_mov: mov site_mov(%%rip), %%eax" ::: "rax"); usleep(100); }
                return 0;
            }
            int main() { pthread_t t; pthread_create(&t, 0, work, 0); pthread_exit(0); }
            """;
        using var program = CProgram.Compile(Code, "-no-pie");
        using var target = program.Start();
        target.ReadLine();
        var recorder = new Recorder();
        var module = new Core.Targets.TargetModule(program.Path, program.Path, 0);
        var plan = Core.Plans.PlanBuilder.Build(
            new Core.Targets.TargetProcess(target.Pid, null!, [module]),
            [Probes.At(module, "site", program.At(module, "site_mov"), Core.Expressions.Build.Load(Core.Expressions.Build.Register(Elf.X64Register.Rip), 0, Core.Expressions.IntegerType.UInt8))]);
        await using (await Tracing.Attach(plan, recorder)) await Task.Delay(100, TestContext.Current.CancellationToken);
        Assert.NotEmpty(recorder.Events);
        Assert.All(recorder.Events, e => Assert.Equal("site 139", e));
        Assert.Null(target.Process.WaitForExit(TimeSpan.FromMilliseconds(50)));
    }
}

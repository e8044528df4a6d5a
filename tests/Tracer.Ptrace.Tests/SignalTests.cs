using Tracer.Ptrace.Tests.Support;

namespace Tracer.Ptrace.Tests;

/// <summary>Signals arrive at the target as without a tracer, and take no hit away.</summary>
public sealed class SignalTests
{
    [Theory]
    [InlineData("site_nop")]
    [InlineData("site_mov")]
    public async Task A_storm_of_signals_is_delivered_and_every_hit_counts_once(string site)
    {
        // The handler counts what it is sent with sigqueue, whose values say that none is lost, none is changed, and that rip is in the program's own text.
        const string Code = """
            #define _GNU_SOURCE
            #include <stdio.h>
            #include <signal.h>
            #include <pthread.h>
            #include <unistd.h>
            #include <ucontext.h>
            extern char __executable_start, etext;
            static volatile long handled, values, astray, hits, wrong; static volatile int sending = 1;
            __attribute__((used)) static volatile long data = 42;
            static void handler(int s, siginfo_t *i, void *u) {
                char *rip = (char *)((ucontext_t *)u)->uc_mcontext.gregs[REG_RIP];
                handled++; values += i->si_value.sival_int;
                if (rip < &__executable_start || rip >= &etext) { if (rip < &__executable_start + (1L << 31) && rip > &__executable_start - (1L << 31)) astray++; }
            }
            static void *work(void *p) {
                while (sending) {
                    long r;
                    hits++;
                    asm volatile(".globl site_nop\nsite_nop: nop");
                    asm volatile(".globl site_mov\nsite_mov: mov data(%%rip), %0" : "=r"(r));
                    if (r != 42) wrong++;
                }
                return 0;
            }
            int main() {
                struct sigaction a = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_RESTART};
                sigaction(SIGRTMIN + 3, &a, 0);
                puts("ready"); fflush(stdout); getchar();
                pthread_t t; pthread_create(&t, 0, work, 0);
                long sum = 0;
                for (int k = 1; k <= 3000; k++) {
                    union sigval v = {.sival_int = k};
                    sum += k;
                    pthread_sigqueue(t, SIGRTMIN + 3, v);
                    while (handled < k - 2) ;
                }
                while (handled < 3000) ;
                sending = 0; pthread_join(t, 0);
                printf("handled %ld values %d astray %ld wrong %ld\n", handled, values == sum, astray, wrong);
                printf("%ld\n", hits); fflush(stdout); getchar();
            }
            """;
        using var program = CProgram.Compile(Code);
        using var target = program.Start();
        target.ReadLine();
        var recorder = new Recorder(keep: false);
        await using (await Tracing.Attach(program.PlanOf(target.Pid, site), recorder))
        {
            target.WriteLine();
            Assert.Equal("handled 3000 values 1 astray 0 wrong 0", target.ReadLine(TimeSpan.FromSeconds(60)));
            Assert.Equal(target.ReadLine(), recorder.Total.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    [Fact]
    public async Task A_fault_of_a_displaced_instruction_is_the_instructions_own()
    {
        // As a virtual machine does with null checks: the handler goes on elsewhere when rip is the load.
        const string Code = """
            #define _GNU_SOURCE
            #include <stdio.h>
            #include <signal.h>
            #include <ucontext.h>
            extern char site_load, recover;
            static long at_site, astray;
            static void handler(int s, siginfo_t *i, void *u) {
                ucontext_t *c = u;
                if ((char *)c->uc_mcontext.gregs[REG_RIP] == &site_load && i->si_addr == (void *)16) at_site++; else astray++;
                c->uc_mcontext.gregs[REG_RIP] = (long)&recover;
            }
            int main() {
                struct sigaction a = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
                sigaction(SIGSEGV, &a, 0);
                puts("ready"); fflush(stdout); getchar();
                for (int k = 0; k < 50; k++)
                    asm volatile("xor %%eax, %%eax\n .globl site_load\nsite_load: mov 16(%%rax), %%rbx\n .globl recover\nrecover: nop" ::: "rax", "rbx", "memory");
                printf("at site %ld astray %ld\n", at_site, astray); fflush(stdout); getchar();
            }
            """;
        using var program = CProgram.Compile(Code);
        using var target = program.Start();
        target.ReadLine();
        var recorder = new Recorder(keep: false);
        await using (await Tracing.Attach(program.PlanOf(target.Pid, "site_load"), recorder))
        {
            target.WriteLine();
            Assert.Equal("at site 50 astray 0", target.ReadLine());
        }

        Assert.Equal(50, recorder.Total);
    }

    [Fact]
    public async Task A_SIGTRAP_of_the_programs_own_reaches_its_handler()
    {
        const string Code = """
            #include <stdio.h>
            #include <signal.h>
            static volatile int traps;
            static void handler(int s) { traps++; }
            int main() {
                signal(SIGTRAP, handler);
                puts("ready"); fflush(stdout); getchar();
                for (int k = 0; k < 10; k++) { raise(SIGTRAP); asm volatile("int3"); asm volatile(".globl site_nop\nsite_nop: nop"); }
                printf("traps %d\n", traps); fflush(stdout); getchar();
            }
            """;
        using var program = CProgram.Compile(Code);
        using var target = program.Start();
        target.ReadLine();
        var recorder = new Recorder(keep: false);
        await using (await Tracing.Attach(program.PlanOf(target.Pid, "site_nop"), recorder))
        {
            target.WriteLine();
            Assert.Equal("traps 20", target.ReadLine());
        }

        Assert.Equal(10, recorder.Total);
    }

    [Fact]
    public async Task A_system_call_that_attaching_interrupts_goes_on()
    {
        const string Code = """
            #include <stdio.h>
            #include <unistd.h>
            #include <errno.h>
            int main() {
                char c; int n;
                puts("ready"); fflush(stdout);
                for (int k = 0; k < 3; k++) { n = read(0, &c, 1); printf("read %d %d %c\n", n, n < 0 ? errno : 0, c); fflush(stdout); }
                asm volatile(".globl site_mov\nsite_mov: mov site_mov(%rip), %eax" );
            }
            """;
        using var program = CProgram.Compile(Code);
        using var target = program.Start();
        target.ReadLine();
        foreach (var letter in "ab")
        {
            await using var attachment = await Tracing.Attach(program.PlanOf(target.Pid, "site_mov"), new Recorder());
            await attachment.StopAsync();
            target.WriteLine(letter.ToString());
            Assert.Equal(letter == 'a' ? "read 1 0 a" : "read 1 0 \n".TrimEnd('\n'), target.ReadLine());
            if (letter == 'b') break;
        }
    }
}

using System.Buffers.Binary;
using Tracer.Core.Probes;
using Tracer.Linux;
using Tracer.Ptrace.Tests.Support;
using Tracer.Testing;

namespace Tracer.Ptrace.Tests;

/// <summary>The target is left as it was found: text, semaphores, mappings, stop state, and above all its results.</summary>
public sealed class RestoringTests
{
    // Threads that compute without end what they check themselves, through sites of every way of displacement.
    private const string Load = """
        #include <stdio.h>
        #include <stdlib.h>
        #include <pthread.h>
        #include <unistd.h>
        __attribute__((used)) volatile unsigned short semaphore = 0;
        __attribute__((used)) static volatile long data = 42;
        static volatile int stop; static volatile long wrong, rounds;
        __attribute__((naked, used, noinline)) static long entry(long x) {
            asm(".globl site_push\nsite_push: push %rbp\n mov %rsp, %rbp\n lea 1(%rdi), %rax\n pop %rbp\n .globl site_ret\nsite_ret: ret");
        }
        static void *work(void *p) {
            for (long i = 0; !stop; i++) {
                long r;
                asm volatile(".globl site_nop\nsite_nop: nop");
                asm volatile(".globl site_mov\nsite_mov: mov data(%%rip), %0" : "=r"(r));
                if (r != 42) wrong++;
                if (entry(i) != i + 1) wrong++;
                asm volatile("mov $1, %0\n cmp %1, %1\n .globl site_je\nsite_je: je 1f\n mov $2, %0\n1:" : "=&r"(r) : "r"(i) : "cc");
                if (r != 1) wrong++;
                asm volatile("sub $128, %%rsp\n .globl site_call\nsite_call: call 1f\n jmp 2f\n1: mov $7, %0\n ret\n2: add $128, %%rsp" : "=&r"(r) :: "memory");
                if (r != 7) wrong++;
                rounds++;
                if (p) usleep(100);
            }
            return 0;
        }
        int main(int c, char **v) {
            pthread_t t[8]; long n = atol(v[1]);
            for (long k = 0; k < n; k++) pthread_create(&t[k], 0, work, (void *)(k & 1));
            puts("ready"); fflush(stdout); getchar();
            stop = 1;
            for (long k = 0; k < n; k++) pthread_join(t[k], 0);
            printf("wrong %ld progress %d\n", wrong, rounds > 0); fflush(stdout);
            return 0;
        }
        """;

    private static readonly string[] Sites = ["site_nop", "site_push", "site_ret", "site_mov", "site_je", "site_call"];
    private static readonly ISystemCallGate Gate = LinuxSystemCalls.Instance;

    [Theory]
    [InlineData(1, 60)]
    [InlineData(4, 200)]
    public async Task Two_hundred_attaches_under_load_leave_the_text_and_the_results_alone(int threads, int rounds)
    {
        using var program = CProgram.Compile(Load, "-fcf-protection=none");
        using var target = program.Start($"{threads}");
        target.ReadLine();
        var before = Text(target.Pid, program.Path);
        var maps = Executables(target.Pid);
        var recorder = new Recorder(keep: false);
        for (var round = 0; round < rounds; round++)
        {
            await using var attachment = await Tracing.Attach(program.PlanOf(target.Pid, Sites), recorder);
            if (round % 4 == 0) await Task.Delay(2, TestContext.Current.CancellationToken);
            if (round % 3 == 0) await attachment.StopAsync();
        }

        Assert.Equal(before, Text(target.Pid, program.Path));
        Assert.Equal(maps, Executables(target.Pid));
        foreach (var site in Sites) Assert.True(recorder.Count(site) > 0, site);
        target.WriteLine();
        Assert.Equal("wrong 0 progress 1", target.ReadLine());
        Assert.Equal(0, target.WaitForExit().ExitCode);
    }

    [Fact]
    public async Task A_semaphore_is_raised_once_while_attached_and_lowered_after()
    {
        using var program = CProgram.Compile(Load, "-fcf-protection=none");
        using var target = program.Start("2");
        target.ReadLine();
        using var memory = new ProcessMemory(Gate, target.Pid);
        var address = program.AddressOf(target.Pid, "semaphore");
        Assert.Equal(0, Semaphore(memory, address));
        var plan = program.Plan(target.Pid, m =>
        {
            var semaphore = program.SemaphoreAt(m, "semaphore");
            Probe At(string site) => Probes.Of(m, site, [], new ProbeSite(program.At(m, site), new()) { Semaphore = semaphore });
            return [At("site_nop"), At("site_mov"), At("site_je") with { Activations = [new Activation(semaphore, program.At(m, "main"))] }];
        });
        await using (var attachment = await Tracing.Attach(plan, new Recorder(keep: false)))
        {
            Assert.Equal(1, Semaphore(memory, address));
            await attachment.StopAsync();
            Assert.Equal(0, Semaphore(memory, address));
        }

        Assert.Equal(0, Semaphore(memory, address));
    }

    [Fact]
    public async Task Stopping_gives_the_target_back_untraced_and_says_how_long_it_stood_still()
    {
        using var program = CProgram.Compile(Load, "-fcf-protection=none");
        using var target = program.Start("2");
        target.ReadLine();
        var attachment = await Tracing.Attach(program.PlanOf(target.Pid, Sites), new Recorder(keep: false));
        var tracer = new ProcFs(Gate).Status(target.Pid).Value.TracerPid;
        Assert.Equal(Environment.ProcessId, new ProcFs(Gate).Status(tracer).Value.Tgid);
        await Task.Delay(20, TestContext.Current.CancellationToken);
        await attachment.StopAsync();
        await attachment.StopAsync();
        Assert.Equal(0, new ProcFs(Gate).Status(target.Pid).Value.TracerPid);
        Assert.True(attachment.TargetStopped > TimeSpan.Zero);
        Assert.True(attachment.Completion.IsCompletedSuccessfully);
        Assert.Equal(0UL, attachment.LostEvents(0));
        await attachment.DisposeAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task A_stopped_target_is_attached_to_traced_and_left_stopped(int threads)
    {
        using var program = CProgram.Compile(Load, "-fcf-protection=none");
        using var target = program.Start($"{threads}");
        target.ReadLine();
        target.Send(Signal.Stop);
        await UntilState(target, ProcessState.Stopped);
        var recorder = new Recorder(keep: false);
        await using (await Tracing.Attach(program.PlanOf(target.Pid, Sites), recorder))
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
            Assert.Equal(0, recorder.Total);
        }

        await UntilState(target, ProcessState.Stopped);
        await using (await Tracing.Attach(program.PlanOf(target.Pid, Sites), recorder))
        {
            target.Send(Signal.Cont);
            for (var k = 0; recorder.Total < 1000 && k < 1000; k++) await Task.Delay(10, TestContext.Current.CancellationToken);
            target.Send(Signal.Stop);
            await Task.Delay(50, TestContext.Current.CancellationToken);
            var still = recorder.Total;
            Assert.True(still >= 1000);
            await Task.Delay(50, TestContext.Current.CancellationToken);
            Assert.Equal(still, recorder.Total);
        }

        await UntilState(target, ProcessState.Stopped);
        target.Send(Signal.Cont);
        target.WriteLine();
        Assert.Equal("wrong 0 progress 1", target.ReadLine());
    }

    [Fact]
    public async Task Reads_of_the_program_text_do_not_see_breakpoints()
    {
        using var program = CProgram.Compile(Load, "-fcf-protection=none");
        using var target = program.Start("1");
        target.ReadLine();
        var recorder = new Recorder();
        var plan = program.Plan(target.Pid, m =>
        [
            Probes.At(m, "site", program.At(m, "site_nop"), Core.Expressions.Build.Load(Core.Expressions.Build.Register(Elf.X64Register.Rip), 0, Core.Expressions.IntegerType.UInt8)),
        ]);
        await using (await Tracing.Attach(plan, recorder))
        {
            for (var k = 0; recorder.Total == 0 && k < 1000; k++) await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        Assert.All(recorder.Events, e => Assert.Equal("site 144", e));
        Assert.NotEmpty(recorder.Events);
    }

    private static async Task UntilState(LiveTarget target, ProcessState state)
    {
        for (var k = 0; k < 200 && new ProcFs(Gate).Status(target.Pid).Value.State != state; k++) await Task.Delay(5, TestContext.Current.CancellationToken);
        Assert.Equal(state, new ProcFs(Gate).Status(target.Pid).Value.State);
    }

    private static ushort Semaphore(ProcessMemory memory, ulong address)
    {
        var bytes = new byte[2];
        memory.Read(address, bytes).OrThrow("reading the semaphore");
        return BinaryPrimitives.ReadUInt16LittleEndian(bytes);
    }

    private static byte[] Text(int pid, string path)
    {
        using var memory = new ProcessMemory(Gate, pid);
        var text = new ProcFs(Gate).Maps(pid).Value.Entries.Single(e => e.Path == path && e.IsExecutable);
        var bytes = new byte[text.Length];
        memory.Read(text.Start, bytes).OrThrow("reading the text");
        return bytes;
    }

    private static string[] Executables(int pid) =>
        [.. new ProcFs(Gate).Maps(pid).Value.Entries.Where(e => e.IsExecutable).Select(e => $"{e.MapFileName} {e.Path}")];
}

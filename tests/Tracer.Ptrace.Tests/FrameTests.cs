using Tracer.Core.Expressions;
using Tracer.Core.Probes;
using Tracer.Elf;
using Tracer.Ptrace.Tests.Support;

namespace Tracer.Ptrace.Tests;

/// <summary>Values saved at a function's entry are there at its exit, for every frame and thread.</summary>
public sealed class FrameTests
{
    private const string Recursive = """
        #include <stdio.h>
        #include <pthread.h>
        __attribute__((naked, used)) static long factorial(long n) {
            asm(".globl site_entry\nsite_entry: push %rbx\n mov %rdi, %rbx\n cmp $1, %rdi\n mov $1, %eax\n jle 1f\n dec %rdi\n call factorial\n imul %rbx, %rax\n"
                "1: pop %rbx\n.globl site_exit\nsite_exit: ret");
        }
        static void *work(void *p) { for (int k = 0; k < 20; k++) if (factorial(10) != 3628800) puts("wrong"); return 0; }
        int main() {
            puts("ready"); fflush(stdout); getchar();
            pthread_t t[4]; for (int k = 0; k < 4; k++) pthread_create(&t[k], 0, work, 0);
            for (int k = 0; k < 4; k++) pthread_join(t[k], 0);
            puts("done"); fflush(stdout); getchar();
        }
        """;

    [Fact]
    public async Task Recursion_finds_each_frames_own_values()
    {
        using var program = CProgram.Compile(Recursive);
        using var target = program.Start();
        target.ReadLine();
        var recorder = new Recorder();
        var store = new FrameStore("factorial", 1);
        var plan = program.Plan(target.Pid, m => [Return(program, m, store, Build.Register(X64Register.Rdi))]);
        await using var attachment = await Tracing.Attach(plan, recorder);
        target.WriteLine();
        Assert.Equal("done", target.ReadLine());
        await attachment.StopAsync();

        var wanted = Enumerable.Range(1, 10).Select(n => $"return {n} {Enumerable.Range(1, n).Aggregate(1, (a, b) => a * b)}");
        Assert.Equal(wanted.Order(StringComparer.Ordinal), recorder.Events.Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(4 * 20 * 10, recorder.Total);
        Assert.Equal(4, recorder.Threads);
        Assert.Equal(0UL, attachment.LostFrames);
    }

    [Fact]
    public async Task A_frame_whose_values_fault_is_no_event_and_is_counted()
    {
        using var program = CProgram.Compile(Recursive);
        using var target = program.Start();
        target.ReadLine();
        var recorder = new Recorder();
        var plan = program.Plan(target.Pid, m => [Return(program, m, new FrameStore("factorial", 1), Build.LoadPointer(Build.Register(X64Register.Rdi)))]);
        await using var attachment = await Tracing.Attach(plan, recorder);
        target.WriteLine();
        Assert.Equal("done", target.ReadLine());
        await attachment.StopAsync();
        Assert.Empty(recorder.Events);
        Assert.Equal(800UL, attachment.LostFrames);
    }

    [Fact]
    public async Task A_guard_that_is_zero_or_faults_is_no_event()
    {
        using var program = CProgram.Compile(Recursive);
        using var target = program.Start();
        target.ReadLine();
        var recorder = new Recorder();
        var plan = program.Plan(target.Pid, m =>
        [
            Probes.Of(m, "three", [], new ProbeSite(program.At(m, "site_entry"), new()) { Guard = Build.EqualTo(Build.Register(X64Register.Rdi), 3) }),
            Probes.Of(m, "fault", [], new ProbeSite(program.At(m, "site_exit"), new()) { Guard = Build.LoadPointer(Build.Constant(8)) }),
        ]);
        await using (await Tracing.Attach(plan, recorder))
        {
            target.WriteLine();
            target.ReadLine();
        }

        Assert.Equal(80, recorder.Count("three"));
        Assert.Equal(0, recorder.Count("fault"));
    }

    private static Probe Return(CProgram program, Core.Targets.TargetModule module, FrameStore store, Expression saved)
    {
        // The stack pointer at the entry and at the ret is the same: both stand at the return address.
        var key = Build.Register(X64Register.Rsp);
        Expression[] arguments = [new SavedExpression(0), Build.Register(X64Register.Rax)];
        return Probes.Of(module, "return", arguments, new ProbeSite(program.At(module, "site_exit"), new(arguments)) { Restore = new FrameRestore(store, key) }) with
        {
            Companions = [new CompanionSite(program.At(module, "site_entry"), new FrameSave(store, key, new(saved)))],
        };
    }
}

using Tracer.Core.Expressions;
using Tracer.Elf;
using Tracer.Ptrace.Tests.Support;

namespace Tracer.Ptrace.Tests;

/// <summary>Every hit is an event, once, whatever the threads do.</summary>
public sealed class CountingTests
{
    private const string Loop = """
        #include <stdio.h>
        #include <stdlib.h>
        #include <pthread.h>
        static const char *names[] = {"alpha", "beta", "gamma"};
        static void *work(void *p) {
            long n = (long)p;
            for (long i = 0; i < n; i++)
                asm volatile(".globl site_nop\nsite_nop: nop" :: "D"(names[i % 3]), "S"(i), "d"(-i) : "memory");
            return 0;
        }
        int main(int c, char **v) {
            long threads = atol(v[1]), hits = atol(v[2]), rounds = atol(v[3]);
            puts("ready"); fflush(stdout); getchar();
            for (long r = 0; r < rounds; r++) {
                pthread_t t[64];
                for (long k = 0; k < threads; k++) pthread_create(&t[k], 0, work, (void *)hits);
                for (long k = 0; k < threads; k++) pthread_join(t[k], 0);
            }
            puts("done"); fflush(stdout); getchar();
        }
        """;

    [Fact]
    public async Task One_thread_gives_as_many_events_as_hits_with_its_registers_and_strings()
    {
        using var program = CProgram.Compile(Loop);
        using var target = program.Start("1", "1000", "1");
        target.ReadLine();
        var recorder = new Recorder();
        var plan = program.Plan(target.Pid, m =>
        [
            Probes.At(m, "site", program.At(m, "site_nop"), Build.CString(Build.Register(X64Register.Rdi)), Build.Register(X64Register.Rsi), Build.Register(X64Register.Rdx)),
        ]);
        await using (await Tracing.Attach(plan, recorder))
        {
            target.WriteLine();
            Assert.Equal("done", target.ReadLine());
        }

        Assert.Equal(Enumerable.Range(0, 1000).Select(i => $"site {new[] { "alpha", "beta", "gamma" }[i % 3]} {i} {-i}"), recorder.Events);
        target.WriteLine();
        Assert.Equal(0, target.WaitForExit().ExitCode);
    }

    [Fact]
    public async Task A_hit_allocates_nothing()
    {
        using var program = CProgram.Compile(Loop);
        using var target = program.Start("1", "12000", "1");
        target.ReadLine();
        var sink = new AllocationMeter(from: 2000, to: 12000);
        var plan = program.Plan(target.Pid, m => [Probes.At(m, "site", program.At(m, "site_nop"), Build.CString(Build.Register(X64Register.Rdi)))]);
        await using (await Tracing.Attach(plan, sink))
        {
            target.WriteLine();
            target.ReadLine();
        }

        Assert.Equal(12000, sink.Events);
        Assert.InRange(sink.Bytes, 0, 1000);
    }

    [Fact(Explicit = true)]
    public async Task What_a_hit_costs()
    {
        using var program = CProgram.Compile(Loop);
        using var target = program.Start("1", "200000", "1");
        target.ReadLine();
        var sink = new AllocationMeter(0, 1);
        var plan = program.Plan(target.Pid, m => [Probes.At(m, "site", program.At(m, "site_nop"), Build.CString(Build.Register(X64Register.Rdi)), Build.Register(X64Register.Rsi))]);
        await using (await Tracing.Attach(plan, sink))
        {
            var clock = System.Diagnostics.Stopwatch.StartNew();
            target.WriteLine();
            target.ReadLine(TimeSpan.FromSeconds(60));
            TestContext.Current.TestOutputHelper!.WriteLine($"{clock.Elapsed.TotalMicroseconds / sink.Events:F1} us a hit, {sink.Events} hits");
        }
    }

    [Theory]
    [InlineData(1, 2000, 1)]
    [InlineData(8, 500, 1)]
    [InlineData(8, 5, 60)]
    public async Task Threads_made_and_ended_while_tracing_lose_no_hit(int threads, int hits, int rounds)
    {
        using var program = CProgram.Compile(Loop);
        using var target = program.Start($"{threads}", $"{hits}", $"{rounds}");
        target.ReadLine();
        var recorder = new Recorder(keep: false);
        await using (await Tracing.Attach(program.PlanOf(target.Pid, "site_nop"), recorder))
        {
            target.WriteLine();
            Assert.Equal("done", target.ReadLine(TimeSpan.FromSeconds(60)));
        }

        Assert.Equal(threads * hits * rounds, recorder.Total);
        target.WriteLine();
        Assert.Equal(0, target.WaitForExit().ExitCode);
    }
}

using System.Diagnostics;
using System.Globalization;
using Tracer.Core.Expressions;
using Tracer.Core.Plans;
using Tracer.Core.Probes;
using Tracer.Core.Targets;
using Tracer.Elf;

namespace Tracer.Uprobes.Tests;

/// <summary>A tracer that is killed with SIGKILL leaves nothing behind: the kernel takes back links, breakpoints and semaphores.</summary>
public class KillTests
{
    private const string Variable = "SHARPTRACE_TEST_VICTIM";

    [Fact]
    public void A_killed_tracer_leaves_the_target_as_it_was()
    {
        using var fixture = Fixture.Start();
        var before = fixture.Code();
        var site = fixture.At("hit");
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["-explicit", "only", "-class", typeof(KillTests).FullName!])
        {
            RedirectStandardOutput = true,
            Environment = { [Variable] = string.Create(CultureInfo.InvariantCulture, $"{fixture.Target.Pid} {fixture.Path} {site.FileOffset} {fixture.Semaphore.FileOffset}") },
        };
        using (var tracer = Process.Start(start)!)
        {
            try
            {
                Until(() => fixture.Do("semaphore").Answer == "1");
                Assert.NotEqual(before, fixture.Code());
                fixture.Do("hit 1000");
            }
            finally
            {
                tracer.Kill();
                tracer.WaitForExit();
            }
        }

        Until(() => fixture.Do("semaphore").Answer == "0");
        Assert.Equal(before, fixture.Code());
        Assert.Equal("20", fixture.Do("recurse 20").Answer);
    }

    [Fact(Explicit = true)]
    public async Task The_tracer_that_is_killed()
    {
        var words = Environment.GetEnvironmentVariable(Variable)?.Split(' ') ?? [];
        Assert.SkipUnless(words.Length == 4, "is run by the other test");
        var module = new TargetModule(words[1], words[1], 0);
        var numbers = Array.ConvertAll<string, ulong>([words[0], words[2], words[3]], w => ulong.Parse(w, CultureInfo.InvariantCulture));
        var site = new ProbeSite(new CodeLocation(module, numbers[1], 0), new ExpressionList(Build.Register(X64Register.Rdi))) { Semaphore = new ProbeSemaphore(module, numbers[2], 0) };
        var probe = new Probe("test", "hit", module, ProbeSource.Usdt, [new ProbeParameter("arg0", IntegerType.UInt64)], [site]);
        var plan = PlanBuilder.Build(new TargetProcess((int)numbers[0], null!, [module]), [probe]);
        await using var attachment = await new EbpfBackend().AttachAsync(plan, new Counter(1), TestContext.Current.CancellationToken);
        await Task.Delay(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
    }

    private static void Until(Func<bool> condition)
    {
        for (var clock = Stopwatch.StartNew(); !condition(); Thread.Sleep(20))
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), "it did not happen within 20 seconds");
    }
}

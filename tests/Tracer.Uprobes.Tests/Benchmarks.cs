using System.Diagnostics;
using System.Globalization;
using Tracer.Core.Expressions;
using Tracer.Core.Plans;
using Tracer.Core.Probes;
using Tracer.Elf;
using static Tracer.Core.Expressions.Build;

namespace Tracer.Uprobes.Tests;

/// <summary>Costs per hit and of attaching, beside bpftrace on the same target; run them with <c>-explicit only</c> on a quiet machine.</summary>
public class Benchmarks
{
    private const int Hits = 500_000;
    private const int Repeats = 5;

    [Fact(Explicit = true)]
    public async Task Nanoseconds_per_hit()
    {
        using var fixture = Fixture.Start();
        var number = Register(X64Register.Rdi);
        var text = CString(Register(X64Register.Rsi));
        var report = new List<string> { $"unprobed {Best(fixture):F1}", $"bpftrace count() {Bpftrace(fixture):F0}" };
        foreach (var (name, site) in new (string, ProbeSite)[]
        {
            ("empty", new(fixture.At("hit"), new ExpressionList(number)) { Guard = EqualTo(number, ulong.MaxValue) }),
            ("record without text", new(fixture.At("hit"), new ExpressionList(number))),
            ("record with 10 characters", new(fixture.At("hit"), new ExpressionList(text))),
            ("record with number, 10 characters, number", new(fixture.At("hit"), new ExpressionList(number, text, Register(X64Register.Rdx)))),
            ("record with 3 times 10 characters", new(fixture.At("hit"), new ExpressionList(text, text, text))),
        })
        {
            var counter = new Counter(1);
            await using var attachment = await new EbpfBackend().AttachAsync(
                PlanBuilder.Build(fixture.Process, [fixture.Probe(name, site)]), counter, TestContext.Current.CancellationToken);
            var best = Best(fixture);
            await attachment.StopAsync();
            report.Add($"{name} {best:F0} (lost {attachment.LostEvents(0)} of {Hits * Repeats})");
        }

        report.Add($"bpftrace count() again {Bpftrace(fixture):F0}");
        TestContext.Current.SendDiagnosticMessage("ns per hit: " + string.Join("; ", report));
    }

    [Fact(Explicit = true)]
    public async Task Milliseconds_to_attach()
    {
        using var fixture = Fixture.Start();
        var plan = PlanBuilder.Build(fixture.Process, [fixture.Probe("hit", "hit", Register(X64Register.Rdi), CString(Register(X64Register.Rsi)))]);
        var report = new List<string>();
        for (var k = 0; k < 5; k++)
        {
            var backend = new EbpfBackend();
            var clock = Stopwatch.StartNew();
            backend.Evaluate(plan);
            var evaluated = clock.Elapsed;
            var attachment = await backend.AttachAsync(plan, new Counter(1), TestContext.Current.CancellationToken);
            var attached = clock.Elapsed;
            await attachment.DisposeAsync();
            report.Add(string.Create(CultureInfo.InvariantCulture, $"evaluate {evaluated.TotalMilliseconds:F1} + attach {(attached - evaluated).TotalMilliseconds:F1} + stop {(clock.Elapsed - attached).TotalMilliseconds:F1}"));
        }

        TestContext.Current.SendDiagnosticMessage("ms: " + string.Join("; ", report));
    }

    [Fact(Explicit = true)]
    public void Milliseconds_of_the_parts_of_attaching()
    {
        using var fixture = Fixture.Start();
        var gate = Linux.LinuxSystemCalls.Instance;
        var plan = PlanBuilder.Build(fixture.Process, [fixture.Probe("hit", "hit", Register(X64Register.Rdi), CString(Register(X64Register.Rsi)))]);
        var report = new List<string>();
        for (var k = 0; k < 4; k++)
        {
            var clock = Stopwatch.StartNew();
            var kernel = new Compilation.KernelInterface();
            Assert.NotEqual(0, kernel.CopyUserString);
            var btf = clock.Elapsed;
            using var maps = new PlanMaps(gate, plan, hasPrivateStacks: true);
            using var ring = maps.OpenRing();
            var ringed = clock.Elapsed;
            Assert.True(maps.Scratch > 0);
            var scratched = clock.Elapsed;
            var code = Compilation.ProgramCompiler.Compile(plan.Sites[0], plan, new Compilation.ExpressionGraph(), kernel, maps);
            var compiled = clock.Elapsed;
            using var program = Bpf.BpfProgram.Load(gate, Bpf.BpfProgramDefinition.Uprobe(code));
            var loaded = clock.Elapsed;
            using var link = Bpf.UprobeMultiLink.Attach(gate, program, new Bpf.UprobeMultiOptions(fixture.Path, new[] { fixture.At("hit").FileOffset }) { ProcessId = fixture.Target.Pid });
            report.Add(string.Create(CultureInfo.InvariantCulture, $"btf {btf.TotalMilliseconds:F2}, ring {(ringed - btf).TotalMilliseconds:F2}, scratch {(scratched - ringed).TotalMilliseconds:F2}, compile {(compiled - scratched).TotalMilliseconds:F2}, load {(loaded - compiled).TotalMilliseconds:F2}, link {(clock.Elapsed - loaded).TotalMilliseconds:F2}"));
        }

        TestContext.Current.SendDiagnosticMessage("ms: " + string.Join("; ", report));
    }

    private static double Best(Fixture fixture) => Enumerable.Range(0, Repeats).Min(_ => fixture.Do($"hit {Hits}").Nanoseconds / (double)Hits);

    private static double Bpftrace(Fixture fixture)
    {
        if (!File.Exists("/usr/bin/bpftrace"))
            return double.NaN;
        var before = fixture.Code();
        using var bpftrace = Process.Start(new ProcessStartInfo("/usr/bin/bpftrace", ["-p", $"{fixture.Target.Pid}", "-e", $"uprobe:{fixture.Path}:hit {{ @ = count(); }}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        while (fixture.Code().AsSpan().SequenceEqual(before) && !bpftrace.HasExited)
            Thread.Sleep(10);
        var best = Best(fixture);
        bpftrace.Kill(false);
        bpftrace.WaitForExit();
        while (!fixture.Code().AsSpan().SequenceEqual(before))
            Thread.Sleep(10);
        return best;
    }
}

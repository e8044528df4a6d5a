using System.Runtime.InteropServices;
using Tracer.Core.Diagnostics;
using Tracer.Core.Expressions;
using Tracer.Core.Plans;
using Tracer.Core.Probes;
using Tracer.Core.Targets;
using Tracer.Elf;
using Tracer.Linux;
using Tracer.Testing;

namespace Tracer.Uprobes.Tests;

/// <summary>What the backend says of kernels and users that lack something, with answers put into the kernel's mouth.</summary>
public class SupportTests
{
    private const int Bpf = 321;
    private const int MapCreate = 0;
    private const int ProgramLoad = 5;
    private const int LinkCreate = 28;
    private const int ReadAt = 17;

    // struct bpf_attr of BPF_LINK_CREATE: prog_fd, target_fd, attach_type; BPF_TRACE_UPROBE_MULTI is 48.
    private const int AttachTypeOffset = 8;
    private const int UprobeMulti = 48;

    [Theory]
    [InlineData(MapCreate)]
    [InlineData(ProgramLoad)]
    public void A_user_who_may_not_use_BPF_is_told_that_privilege_would_help(int command)
    {
        var support = new EbpfBackend(Failing(command, Errno.EPERM)).Evaluate(Plan());
        Assert.False(support.IsSupported);
        Assert.True(support.IsPermissionProblem);
        Assert.NotEmpty(support.Reason!);
    }

    [Theory]
    [InlineData(MapCreate, "ring buffer")]
    [InlineData(ProgramLoad, "sleepable")]
    public void An_old_kernel_is_told_by_what_it_lacks(int command, string reason)
    {
        var support = new EbpfBackend(Failing(command, Errno.EINVAL)).Evaluate(Plan());
        Assert.False(support.IsSupported);
        Assert.False(support.IsPermissionProblem);
        Assert.Contains(reason, support.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Attaching_without_permission_is_a_failure_with_its_own_kind()
    {
        var error = await Assert.ThrowsAsync<TracerException>(
            async () => await new EbpfBackend(Failing(MapCreate, Errno.EPERM)).AttachAsync(Plan(), new Counter(1), TestContext.Current.CancellationToken));
        Assert.Equal(("ST0401", FailureKind.NotPermitted), (error.Id, error.Kind));
    }

    [Fact]
    public void A_32_bit_target_is_refused()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        var gate = FakeKernel.OverLiveKernel().On(ReadAt, call =>
        {
            "\x7fELF\x01"u8.CopyTo(FakeCall.Bytes(call.A1, (int)call.A2));
            return call.A2;
        });
        var support = new EbpfBackend(gate).Evaluate(Plan());
        Assert.False(support.IsSupported);
        Assert.Contains("32-bit", support.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Vector_arguments_are_allowed_with_a_note()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        var support = new EbpfBackend().Evaluate(Plan(new FloatExpression(new VectorExpression(X64Register.Xmm0), FloatType.Double)));
        Assert.True(support.IsSupported);
        Assert.Contains("xmm", support.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_uprobe_multi_perf_uprobes_do_the_same()
    {
        using var fixture = Fixture.Start();
        var gate = FakeKernel.OverLiveKernel();
        gate.On(Bpf, call => call.A0 == LinkCreate && Marshal.ReadInt32(call.A1, AttachTypeOffset) == UprobeMulti ? -(int)Errno.EINVAL : gate.Pass(call));
        var backend = new EbpfBackend(gate);
        var site = new ProbeSite(fixture.At("hit"), new ExpressionList(Build.CString(Build.Register(X64Register.Rsi)))) { Semaphore = fixture.Semaphore };
        var plan = PlanBuilder.Build(fixture.Process, [fixture.Probe("other", "other", Build.Register(X64Register.Rdi)), fixture.Probe("hit", site)]);
        var support = backend.Evaluate(plan);
        Assert.True(support.IsSupported);
        Assert.Contains("uprobe_multi", support.Reason, StringComparison.Ordinal);

        var collector = new Collector();
        await using (await backend.AttachAsync(plan, collector, TestContext.Current.CancellationToken))
        {
            Assert.Equal("1", fixture.Do("semaphore").Answer);
            fixture.Do("threads 2 3");
            fixture.Do("other 1");
        }

        Assert.Equal("0", fixture.Do("semaphore").Answer);
        Assert.Equal([1, 1, 1, 1, 1, 1, 0], collector.Events.Select(e => e.Emission));
        Assert.All(collector.Values.Take(6), v => Assert.Equal("text", v[0].Text));
    }

    private static FakeKernel Failing(int command, Errno error)
    {
        // Descriptors of the fake are numbers that no close can hurt.
        const int NoDescriptor = 1 << 20;
        return FakeKernel.OverLiveKernel().On(Bpf, call => call.A0 == command ? -(int)error : NoDescriptor);
    }

    private static TracePlan Plan(params Expression[] values)
    {
        var module = new TargetModule("/bin/true", "/bin/true", 0);
        var site = new ProbeSite(new CodeLocation(module, 0x1000, 0x1000), new ExpressionList(values));
        var probe = new Probe("test", "probe", module, ProbeSource.Usdt, [.. values.Select((v, k) => new ProbeParameter($"arg{k}", v.Type))], [site]);
        return PlanBuilder.Build(new TargetProcess(Environment.ProcessId, null!, [module]), [probe]);
    }
}

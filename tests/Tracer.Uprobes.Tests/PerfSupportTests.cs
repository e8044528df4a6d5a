using Tracer.Core.Diagnostics;
using Tracer.Core.Expressions;
using Tracer.Core.Plans;
using Tracer.Core.Probes;
using Tracer.Core.Targets;
using Tracer.Elf;
using Tracer.Linux;
using Tracer.Testing;
using Tracer.Uprobes.Perf;

namespace Tracer.Uprobes.Tests;

/// <summary>What the backend "perf" says of kernels and users that lack something.</summary>
public class PerfSupportTests
{
    [Theory]
    [InlineData(Errno.EPERM)]
    [InlineData(Errno.EACCES)]
    public void Who_may_not_is_told_that_privilege_would_help(Errno error)
    {
        var support = new PerfBackend(FakeKernel.OverLiveKernel().Fail(SystemCall.PerfEventOpen, error)).Evaluate(Plan());
        Assert.False(support.IsSupported);
        Assert.True(support.IsPermissionProblem);
        Assert.NotEmpty(support.Reason!);
    }

    [Fact]
    public void A_kernel_without_perf_uprobes_is_told_so()
    {
        var gate = FakeKernel.OverLiveKernel();
        gate.On(SystemCall.OpenAt, call => FakeCall.Text(call.A1).Contains("devices/uprobe", StringComparison.Ordinal) ? -(int)Errno.ENOENT : gate.Pass(call));
        var support = new PerfBackend(gate).Evaluate(Plan());
        Assert.False(support.IsSupported);
        Assert.False(support.IsPermissionProblem);
        Assert.Contains("4.17", support.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void What_it_does_differently_is_a_note()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        var support = new PerfBackend().Evaluate(Plan(new FloatExpression(new VectorExpression(X64Register.Xmm0), FloatType.Double)));
        Assert.True(support.IsSupported);
        Assert.Contains("late", support.Reason, StringComparison.Ordinal);
        Assert.Contains("xmm", support.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Errno.EPERM, "ST0501", FailureKind.NotPermitted)]
    [InlineData(Errno.ENOENT, "ST0504", FailureKind.NotFound)]
    [InlineData(Errno.EMFILE, "ST0506", FailureKind.TracingFailed)]
    [InlineData(Errno.EINVAL, "ST0507", FailureKind.TracingFailed)]
    public async Task A_refused_event_is_a_failure_in_words_and_the_others_are_closed(Errno error, string id, FailureKind kind)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        var gate = FakeKernel.OverLiveKernel();
        // The owners of the rings are opened on every process and are not probes: PERF_TYPE_SOFTWARE is 1.
        gate.On(SystemCall.PerfEventOpen, call => System.Runtime.InteropServices.Marshal.ReadInt32(call.A0) == 1 ? gate.Pass(call) : -(int)error);
        var failure = await Assert.ThrowsAsync<TracerException>(
            async () => await new PerfBackend(gate).AttachAsync(Plan(), new Counter(1), TestContext.Current.CancellationToken));
        Assert.Equal((id, kind), (failure.Id, failure.Kind));
        Assert.Equal(CpuRings.ReadCpus(gate).Count, gate.CountOf(SystemCall.MUnmap));
    }

    [Fact]
    public async Task A_process_that_is_gone_is_told_so()
    {
        var gate = FakeKernel.OverLiveKernel().Fail(SystemCall.PidFdOpen, Errno.ESRCH);
        var failure = await Assert.ThrowsAsync<TracerException>(
            async () => await new PerfBackend(gate).AttachAsync(Plan(), new Counter(1), TestContext.Current.CancellationToken));
        Assert.Equal("ST0503", failure.Id);
    }

    private static TracePlan Plan(params Expression[] values)
    {
        var module = new TargetModule("/bin/true", "/bin/true", 0);
        var site = new ProbeSite(new CodeLocation(module, 0x1000, 0x1000), new ExpressionList(values));
        var probe = new Probe("test", "probe", module, ProbeSource.Usdt, [.. values.Select((v, k) => new ProbeParameter($"arg{k}", v.Type))], [site]);
        return PlanBuilder.Build(new TargetProcess(Environment.ProcessId, null!, [module]), [probe]);
    }
}

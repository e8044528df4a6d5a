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

    [Theory]
    [InlineData(0, 2, "6.1.0", null, "sudo setcap cap_perfmon,cap_sys_ptrace+ep /opt/sharptrace")]
    [InlineData(0, 2, "5.4.0", null, "sudo setcap cap_sys_admin,cap_sys_ptrace+ep /opt/sharptrace")]
    [InlineData(0, 2, "6.1.0", 2, "docker run --cap-add PERFMON --cap-add SYS_PTRACE")]
    [InlineData(0, 2, "6.18.0", null, "sudo setcap cap_sys_admin,cap_sys_ptrace+ep /opt/sharptrace")]
    [InlineData(1UL << (int)Capability.Perfmon, 4, "6.1.0", null, "sudo sysctl kernel.perf_event_paranoid=2")]
    [InlineData(1UL << (int)Capability.Perfmon, 2, "6.1.0", 2, "--security-opt seccomp=unconfined")]
    public void Who_may_not_is_told_the_command_that_helps(ulong capabilities, int paranoid, string release, int? seccomp, string command)
    {
        var facts = new KernelFacts
        {
            Release = release,
            Version = KernelVersion.TryParse(release, out var version) ? version : null,
            Capabilities = new CapabilitySet(capabilities),
            PerfEventParanoid = paranoid,
            SeccompMode = seccomp,
        };
        Assert.Contains(command, PerfRemedy.ForEvents(facts, "/opt/sharptrace"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_limit_of_descriptors_is_raised_as_far_as_it_may_be()
    {
        (ulong Soft, ulong Hard)? set = null;
        var gate = FakeKernel.OverLiveKernel();
        gate.On(SystemCall.PrLimit64, call => Limits(call, 64, 100_000, l => set = l));
        DescriptorRoom.Make(gate, 50_000);
        Assert.Equal((100_000UL, 100_000UL), set);
        set = null;
        DescriptorRoom.Make(FakeKernel.OverLiveKernel().On(SystemCall.PrLimit64, call => Limits(call, 100_000, 100_000, l => set = l)), 50_000);
        Assert.Null(set);
    }

    [Fact]
    public async Task Too_few_descriptors_are_told_before_anything_is_armed()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        var gate = FakeKernel.OverLiveKernel();
        gate.On(SystemCall.PrLimit64, call => Limits(call, 1, 1, null));
        var failure = await Assert.ThrowsAsync<TracerException>(
            async () => await new PerfBackend(gate).AttachAsync(Plan(), new Counter(1), TestContext.Current.CancellationToken));
        Assert.Equal("ST0506", failure.Id);
        Assert.Contains($"needs {CpuRings.ReadCpus(gate).Count} file descriptors", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, gate.CountOf(SystemCall.PerfEventOpen));
    }

    // prlimit64(pid, resource, new, old): two u64 each. A limit that nobody takes may not be raised.
    private static nint Limits(FakeCall call, long soft, long hard, Action<(ulong Soft, ulong Hard)>? set)
    {
        if (call.A2 != 0)
        {
            if (set is null)
                return -(int)Errno.EPERM;
            set(((ulong)System.Runtime.InteropServices.Marshal.ReadInt64(call.A2), (ulong)System.Runtime.InteropServices.Marshal.ReadInt64(call.A2, 8)));
        }

        if (call.A3 != 0)
        {
            System.Runtime.InteropServices.Marshal.WriteInt64(call.A3, soft);
            System.Runtime.InteropServices.Marshal.WriteInt64(call.A3, 8, hard);
        }

        return 0;
    }

    private static TracePlan Plan(params Expression[] values)
    {
        var module = new TargetModule("/bin/true", "/bin/true", 0);
        var site = new ProbeSite(new CodeLocation(module, 0x1000, 0x1000), new ExpressionList(values));
        var probe = new Probe("test", "probe", module, ProbeSource.Usdt, [.. values.Select((v, k) => new ProbeParameter($"arg{k}", v.Type))], [site]);
        return PlanBuilder.Build(new TargetProcess(Environment.ProcessId, null!, [module]), [probe]);
    }
}

using Tracer.Testing;
using Xunit;

namespace Tracer.Linux.Tests;

public class SystemCallTests
{
    private static readonly LinuxSystemCalls Kernel = LinuxSystemCalls.Instance;

    [Fact]
    public void The_live_gate_returns_the_kernels_value() =>
        Assert.Equal(Environment.ProcessId, (int)Kernel.Invoke(SystemCall.GetPid));

    [Fact]
    public void The_live_gate_returns_minus_errno() =>
        Assert.Equal(-(int)Errno.EBADF, (int)Kernel.Invoke(SystemCall.Close, -1));

    [Fact]
    public void A_system_call_that_does_not_exist_is_ENOSYS() =>
        Assert.Equal(Errno.ENOSYS, new SystemCallResult(Kernel.Invoke(100_000)).Error);

    [Theory]
    [InlineData(0, false, Errno.None)]
    [InlineData(7, false, Errno.None)]
    [InlineData(-1, true, Errno.EPERM)]
    [InlineData(-3, true, Errno.ESRCH)]
    [InlineData(-4095, true, (Errno)4095)]
    [InlineData(-4096, false, Errno.None)]
    public void Only_the_last_page_of_values_are_errors(int raw, bool isError, Errno error)
    {
        var result = new SystemCallResult(raw);
        Assert.Equal(isError, result.IsError);
        Assert.Equal(error, result.Error);
    }

    [Theory]
    [InlineData(Errno.EPERM, "EPERM (operation not permitted)")]
    [InlineData(Errno.ESRCH, "ESRCH (no such process)")]
    [InlineData(Errno.EAGAIN, "EAGAIN (resource temporarily unavailable)")]
    [InlineData((Errno)4000, "errno 4000")]
    public void An_errno_says_its_name_and_meaning(Errno errno, string text) => Assert.Equal(text, errno.Describe());

    [Fact]
    public void An_unexpected_failure_throws_what_was_being_done()
    {
        var failure = Assert.Throws<KernelException>(() => SystemCallResult.Failed(Errno.EACCES).OrThrow("opening the door"));
        Assert.Equal("opening the door: EACCES (permission denied)", failure.Message);
        Assert.Equal(Errno.EACCES, failure.Error);
    }

    [Fact]
    public void A_fake_kernel_without_answers_says_ENOSYS_and_keeps_a_record()
    {
        var kernel = new FakeKernel();
        Assert.Equal(Errno.ENOSYS, kernel.Kill(12, Signal.Term).Error);
        Assert.Equal(new FakeCall(SystemCall.Kill, 12, (int)Signal.Term, 0, 0, 0, 0), Assert.Single(kernel.Calls));
    }

    [Fact]
    public void Bpf_calls_pass_the_attributes_bytes_and_their_size()
    {
        var kernel = new FakeKernel().On(SystemCall.Bpf, call =>
        {
            var bytes = FakeCall.Bytes(call.A1, (int)call.A2);
            bytes[0]++;
            return call.A0 == 5 && call.A2 == 24 ? 77 : -(int)Errno.EINVAL;
        });
        Span<byte> attribute = stackalloc byte[24];
        Assert.Equal(77, kernel.Bpf(5, attribute).Raw);
        Assert.Equal(1, attribute[0]);
        var structure = (1UL, 2UL, 3UL);
        Assert.Equal(77, kernel.Bpf(5, ref structure).Raw);
        Assert.Equal(2UL, structure.Item1);
    }
}

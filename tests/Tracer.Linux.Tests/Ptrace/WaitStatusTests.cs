using CsCheck;
using Xunit;

namespace Tracer.Linux.Tests;

public class WaitStatusTests
{
    [Theory]
    [InlineData(0x0000, "exited with 0")]
    [InlineData(0x4D00, "exited with 77")]
    [InlineData(0x0009, "killed by SIGKILL")]
    [InlineData(0x008B, "killed by SIGSEGV")]
    [InlineData(0x137F, "stopped by SIGSTOP")]
    [InlineData(0x857F, "stopped by SIGTRAP")]
    [InlineData(0x80057F, "stopped by SIGTRAP (event Stop)")]
    [InlineData(0x3057F, "stopped by SIGTRAP (event Clone)")]
    [InlineData(0x80137F, "stopped by SIGSTOP (event Stop)")]
    [InlineData(0xFFFF, "continued")]
    [InlineData(0x287F, "stopped by signal 40")]
    public void A_status_word_reads_as(int raw, string text) => Assert.Equal(text, new WaitStatus(raw).ToString());

    [Fact]
    public void Every_status_is_one_thing() => Gen.Int[0, 0xFFFFFF].Sample(raw =>
    {
        var status = new WaitStatus(raw);
        return new[] { status.IsExited, status.IsSignaled, status.IsStopped || status.IsContinued }.Count(yes => yes) <= 1;
    });

    [Fact]
    public void A_made_status_reads_back() => Gen.Select(Gen.Int[0, 255], Gen.Int[1, 64], Gen.Int[0, 128]).Sample((code, signal, stopEvent) =>
        WaitStatus.Exited(code) is { IsExited: true } exited && exited.ExitCode == code
        && WaitStatus.Signaled((Signal)signal) is { IsSignaled: true } killed && killed.TerminationSignal == (Signal)signal
        && WaitStatus.Stopped((Signal)signal, (PtraceEvent)stopEvent) is { IsStopped: true } stopped
        && stopped.StopSignal == (Signal)signal && stopped.Event == (PtraceEvent)stopEvent);
}

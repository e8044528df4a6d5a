using Tracer.Linux;
using Tracer.Testing;
using Xunit;

namespace Tracer.Cli.Tests.Rights;

/// <summary>While it traces, every thread of the command has the capabilities that the session needs and no others, by /proc/PID/task; and tracing goes on to the right counts.</summary>
public sealed class DroppedRightsTests
{
    private const int Hits = 200;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly string[] AsNobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];

    [Theory]
    [InlineData(false, "CAP_SYS_PTRACE", "attach", "rate:hit", "--backend", "ebpf")]
    [InlineData(false, "CAP_SYS_PTRACE", "attach", "rate:hit", "--backend", "perf")]
    [InlineData(false, "CAP_SYS_PTRACE", "attach", "rate:hit", "--backend", "ptrace")]
    [InlineData(true, "CAP_SYS_PTRACE", "attach", "rate:hit", "--backend", "ptrace")]
    [InlineData(false, "CAP_DAC_READ_SEARCH, CAP_SYS_PTRACE, CAP_CHECKPOINT_RESTORE", "attach", "rate:hit", "--backend", "ebpf", "--stack")]
    [InlineData(false, "", "count", "rate:hit", "--backend", "ebpf", "--by", "arg2")]
    [InlineData(true, "", "hist", "rate:hit", "--value", "arg0", "--backend", "ebpf")]
    [InlineData(false, "CAP_PERFMON, CAP_BPF", "count", "rate:hit", "--backend", "ebpf", "--max-overhead", "50")]
    [InlineData(false, "CAP_DAC_READ_SEARCH, CAP_SYS_PTRACE, CAP_CHECKPOINT_RESTORE", "count", "rate:hit", "--by", "ustack", "--backend", "ebpf")]
    public void What_is_not_needed_is_dropped_when_the_probes_are_armed(bool otherUser, string kept, string verb, params string[] options)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root, to have something to drop");
        Assert.SkipUnless(Facts.Version >= new KernelVersion(5, 19), "before Linux 5.19 maps are read with CAP_BPF");
        using var copy = otherUser ? new PublicCopy() : null;
        string[] program = [.. otherUser ? AsNobody : [], copy?.Target ?? Repository.Fixture("rate/rate"), $"{Hits}", "2"];
        using var target = LiveTarget.Start(program[0], program[1..]);
        target.ReadLine(Patience);
        using var command = new ArmedCommand(Repository.Command, [verb, $"{target.Pid}", .. options]);
        Assert.Equal([kept], CapabilitiesOf(command.Pid));
        target.WriteLine();
        Assert.StartsWith($"done fired={Hits * 2}", target.ReadLine(Patience), StringComparison.Ordinal);
        Assert.Equal([kept], CapabilitiesOf(command.Pid));
        var (exitCode, output, error) = command.Stop();
        Assert.True(exitCode == 0, error);
        Assert.DoesNotContain("[ST", error, StringComparison.Ordinal);
        if (verb == "attach")
            Assert.Equal(Hits * 2, output.Split('\n').Count(l => l.Contains("rate:hit", StringComparison.Ordinal)));
        else if (!options.Contains("--max-overhead"))
            Assert.Contains($"{Hits * 2} ", output + error, StringComparison.Ordinal);
        // The breakpoints are out: it fires on.
        target.WriteLine();
        Assert.StartsWith($"done fired={Hits * 2}", target.ReadLine(Patience), StringComparison.Ordinal);
    }

    [Fact]
    public void A_user_with_file_or_ambient_capabilities_drops_them_too()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root, to give capabilities");
        using var copy = new PublicCopy();
        string[] program = [.. AsNobody, copy.Target, "10"];
        using var target = LiveTarget.Start(program[0], program[1..]);
        target.ReadLine(Patience);
        using var command = new ArmedCommand(
            AsNobody[0], [.. AsNobody[1..], "--inh-caps=-all,+bpf,+perfmon,+sys_ptrace", "--ambient-caps=-all,+bpf,+perfmon,+sys_ptrace", copy.Command, "attach", $"{target.Pid}", "rate:hit", "-n", "10"]);
        // Its own process: not even CAP_SYS_PTRACE.
        Assert.Equal([""], CapabilitiesOf(command.Pid));
        target.WriteLine();
        Assert.Equal(10, command.WaitForEnd().Output.Split('\n').Count(l => l.Contains("rate:hit", StringComparison.Ordinal)));
    }

    private static KernelFacts Facts => KernelFacts.Read(LinuxSystemCalls.Instance);

    // The distinct sets, permitted and effective, of all threads.
    private static string[] CapabilitiesOf(int pid)
    {
        var proc = new ProcFs(LinuxSystemCalls.Instance);
        return [.. proc.Tasks(pid).Value.Select(t => proc.ThreadStatus(pid, t)).Where(s => s.IsSuccess)
            .SelectMany(s => new[] { s.Value.EffectiveCapabilities, s.Value.PermittedCapabilities }).Select(c => c.ToString()).Distinct()];
    }
}

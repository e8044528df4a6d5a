using Tracer.Testing;
using Xunit;

namespace Tracer.Linux.Tests;

public sealed class KernelFactsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sharptrace-facts-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("6.1.0-18-amd64", 6, 1, 0)]
    [InlineData("5.15.153.1-microsoft-standard-WSL2", 5, 15, 153)]
    [InlineData("4.18", 4, 18, 0)]
    [InlineData("6.18-rc3", 6, 18, 0)]
    public void A_release_gives_its_version(string release, int major, int minor, int patch)
    {
        Assert.True(KernelVersion.TryParse(release, out var version));
        Assert.Equal(new KernelVersion(major, minor, patch), version);
    }

    [Theory]
    [InlineData("")]
    [InlineData("six")]
    [InlineData("6")]
    [InlineData("6.")]
    [InlineData("99999999999.1")]
    public void What_is_no_release_gives_none(string release) => Assert.False(KernelVersion.TryParse(release, out _));

    [Fact]
    public void Versions_compare_by_number_not_by_text() => Assert.True(new KernelVersion(5, 9) < new KernelVersion(5, 10));

    [Fact]
    public void This_machines_facts_agree_with_its_files()
    {
        var facts = KernelFacts.Read(LinuxSystemCalls.Instance);
        Assert.Equal(File.ReadAllText("/proc/sys/kernel/osrelease").Trim(), facts.Release);
        Assert.Equal(int.Parse(File.ReadAllText("/proc/sys/kernel/perf_event_paranoid"), null), facts.PerfEventParanoid);
        Assert.Equal(LinuxSystemCalls.Instance.EffectiveUserId(), facts.EffectiveUserId);
        Assert.Equal(File.Exists("/sys/kernel/btf/vmlinux"), facts.HasBtf);
        Assert.NotNull(facts.SeccompMode);
    }

    [Fact]
    public void Facts_are_read_from_the_given_folders()
    {
        Write("sys/kernel/osrelease", "5.10.0-9-amd64\n");
        Write("sys/kernel/perf_event_paranoid", "-1\n");
        Write("sys/kernel/yama/ptrace_scope", "1\n");
        Write("kernel/security/lockdown", "none [integrity] confidentiality\n");
        Write("self/status", "Uid:\t5\t6\t7\t8\nCapEff:\t0000000000080000\nSeccomp:\t2\n");
        var facts = KernelFacts.Read(LinuxSystemCalls.Instance, _folder, _folder);
        Assert.Equal(new KernelVersion(5, 10), facts.Version);
        Assert.Equal((-1, 1, null), (facts.PerfEventParanoid, facts.PtraceScope, facts.UnprivilegedBpfDisabled));
        Assert.Equal("integrity", facts.Lockdown);
        Assert.Equal(6u, facts.EffectiveUserId);
        Assert.Equal("CAP_SYS_PTRACE", facts.Capabilities.ToString());
        Assert.True(facts.Requires(Capability.SysPtrace).IsSupported);
        Assert.Equal("no: CAP_BPF is missing", facts.Requires(Capability.Bpf).ToString());
    }

    [Fact]
    public void What_cannot_be_read_stays_unknown()
    {
        var facts = KernelFacts.Read(new FakeKernel());
        Assert.Equal((null, null, null, null), (facts.Version, facts.PerfEventParanoid, facts.Lockdown, facts.SeccompMode));
        Assert.False(facts.HasBtf);
    }

    [Fact]
    public void A_conclusive_answer_is_asked_for_once_and_an_inconclusive_one_again()
    {
        var asked = 0;
        FeatureAnswer[] answers = [FeatureAnswer.Unknown("EPERM"), FeatureAnswer.No("too old"), FeatureAnswer.Yes];
        var feature = new KernelFeature("a thing", new(6, 6), () => answers[asked++]);
        Assert.Equal("unknown: EPERM", feature.Ask().ToString());
        Assert.Equal("no: too old", feature.Ask().ToString());
        Assert.Equal(FeatureOutcome.Missing, feature.Ask().Outcome);
        Assert.Equal(2, asked);
        Assert.Equal("a thing (Linux 6.6)", feature.ToString());
    }

    private void Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}

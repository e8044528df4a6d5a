using System.Text;
using CsCheck;
using Xunit;

namespace Tracer.Linux.Tests;

public class ProcessStatusTests
{
    private const string Sample =
        "Name:\ta\\nb\\\\c\nUmask:\t0022\nState:\tt (tracing stop)\nTgid:\t312\nNgid:\t0\nPid:\t314\nPPid:\t1\nTracerPid:\t99\n" +
        "Uid:\t1000\t1001\t1002\t1003\nGid:\t0\t0\t0\t0\nNSpid:\t314\t7\t3\nThreads:\t4\nNoNewPrivs:\t1\nSeccomp:\t2\nCapEff:\t000001ffffffffff\n";

    [Fact]
    public void Every_field_is_read()
    {
        var status = ProcessStatus.Parse(Encoding.UTF8.GetBytes(Sample));
        Assert.Equal("a\nb\\c", status.Name);
        Assert.Equal(ProcessState.TracingStop, status.State);
        Assert.Equal((312, 314, 1, 99, 4), (status.Tgid, status.Pid, status.PPid, status.TracerPid, status.Threads));
        Assert.Equal((1000u, 1001u), (status.RealUserId, status.EffectiveUserId));
        Assert.Equal([314, 7, 3], status.NamespacePids);
        Assert.Equal(3, status.InnermostPid);
        Assert.Equal(2, status.SeccompMode);
        Assert.True(status.NoNewPrivileges);
        Assert.True(status.EffectiveCapabilities.Has(Capability.SysAdmin));
        Assert.True(status.EffectiveCapabilities.Has(Capability.CheckpointRestore));
    }

    [Theory]
    [InlineData(@"a\\nb", @"a\nb")]
    [InlineData(@"a\nb", "a\nb")]
    [InlineData(@"\\\\", @"\\")]
    public void A_name_with_escapes_is_unescaped_from_left_to_right(string written, string name) =>
        Assert.Equal(name, ProcessStatus.Parse(Encoding.UTF8.GetBytes($"Name:\t{written}\n")).Name);

    [Fact]
    public void Missing_lines_leave_defaults()
    {
        var status = ProcessStatus.Parse("Pid:\t5\nnonsense\nThreads:\tmany\nUid:\t\nNSpid:\t\nState:\t\n"u8);
        Assert.Equal((5, 0, 5), (status.Pid, status.Threads, status.InnermostPid));
        Assert.Equal(ProcessState.Unknown, status.State);
        Assert.Null(status.SeccompMode);
        Assert.Empty(status.NamespacePids);
    }

    [Fact]
    public void Whatever_the_bytes_parsing_ends_without_an_exception()
    {
        Gen.Byte.Array[0, 300].Sample(bytes => ProcessStatus.Parse(bytes) is not null);
        var original = Encoding.UTF8.GetBytes(Sample);
        Gen.Select(Gen.Int[0, original.Length - 1], Gen.Byte).Sample((at, value) =>
        {
            var bytes = original.ToArray();
            bytes[at] = value;
            return ProcessStatus.Parse(bytes).NamespacePids.Count <= original.Length;
        });
    }

    [Theory]
    [InlineData("12 (cat) S 1 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 987654 10 20", true, 987654)]
    [InlineData("12 (a) R (b)\n) S 1 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 42 10", true, 42)]
    [InlineData("12 (cat) S 1 1", false, 0)]
    [InlineData("12 cat", false, 0)]
    [InlineData("", false, 0)]
    public void The_start_time_is_found_behind_any_name(string text, bool found, ulong ticks)
    {
        Assert.Equal(found, ProcFs.TryParseStartTime(Encoding.UTF8.GetBytes(text), out var read));
        Assert.Equal(ticks, read);
    }
}

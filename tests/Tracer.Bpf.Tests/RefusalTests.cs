using System.Runtime.InteropServices;
using System.Text;
using Tracer.Linux;
using static Tracer.Bpf.BpfRegister;

namespace Tracer.Bpf.Tests;

/// <summary>What happens when the kernel says no, without a kernel.</summary>
public class RefusalTests
{
    private const nint Close = 3;
    private const nint Ioctl = 16;
    private const nint PerfEventOpen = 298;
    private const nint Bpf = 321;

    private static readonly BpfProgramDefinition Smallest = new(BpfProgramType.Kprobe, new BpfAssembler().Move(R0, 0).Exit().Assemble()) { Name = "p" };

    [Fact]
    public void A_map_that_is_not_permitted_says_so()
    {
        var gate = new FakeGate((_, _, _) => -1);
        var error = Assert.Throws<BpfException>(() => BpfMap.Create(gate, BpfMapDefinition.RingBuffer(4096)));
        Assert.Equal(1, error.Errno);
        Assert.Equal("create a RingBuffer map of 4096 entries: EPERM", error.Message);
    }

    [Fact]
    public void A_program_that_is_not_permitted_has_an_errno_and_no_log()
    {
        var gate = new FakeGate((_, _, _) => -1);
        var error = Assert.Throws<BpfLoadException>(() => BpfProgram.Load(gate, Smallest));
        Assert.Equal((1, "EPERM", ""), (error.Errno, error.Summary, error.Log));
        Assert.Equal(2, gate.Calls.Count);
    }

    [Fact]
    public void A_program_is_loaded_without_a_log_when_it_is_good()
    {
        var gate = new FakeGate((_, _, _) => null);
        using (BpfProgram.Load(gate, Smallest))
            Assert.Equal([(Bpf, 5)], gate.Calls);
        Assert.Equal((Close, 100), gate.Calls[^1]);
    }

    [Fact]
    public void A_pending_signal_is_tried_again()
    {
        var left = 3;
        var gate = new FakeGate((_, _, _) => left-- > 0 ? -11 : null);
        BpfProgram.Load(gate, Smallest).Dispose();
        Assert.Equal(5, gate.Calls.Count);
    }

    [Fact]
    public void The_log_grows_until_it_fits()
    {
        var sizes = new List<int>();
        var gate = new FakeGate((_, _, attribute) =>
        {
            // log_size and log_buf of union bpf_attr.
            var size = Marshal.ReadInt32(attribute, 28);
            sizes.Add(size);
            if (size == 0)
                return -22;
            if (size < 1 << 20)
                return -28;
            var log = Encoding.ASCII.GetBytes("0: (95) exit\nR0 !read_ok\nprocessed 1 insns\n\0");
            Marshal.Copy(log, 0, Marshal.ReadIntPtr(attribute, 32), log.Length);
            return -13;
        });
        var error = Assert.Throws<BpfLoadException>(() => BpfProgram.Load(gate, Smallest));
        Assert.Equal([0, 1 << 16, 1 << 18, 1 << 20], sizes);
        Assert.Equal((13, "R0 !read_ok at 0: (95) exit"), (error.Errno, error.Summary));
        Assert.Equal("load BPF program 'p': EACCES (R0 !read_ok at 0: (95) exit)", error.Message);
    }

    [Fact]
    public void A_perf_probe_that_cannot_have_the_program_closes_its_event()
    {
        var gate = new FakeGate((number, first, _) => number == Bpf && first == 28 ? -22 : number == Ioctl ? -17 : null);
        using var program = BpfProgram.Load(gate, Smallest);
        Assert.SkipUnless(File.Exists("/sys/bus/event_source/devices/uprobe/type"), "no perf uprobes");
        var error = Assert.Throws<BpfException>(() => PerfUprobe.Attach(gate, program, new PerfUprobeOptions("/bin/true", 0x1000)));
        Assert.Equal(17, error.Errno);
        Assert.Equal("attach to /bin/true at 0x1000: EEXIST (PERF_EVENT_IOC_SET_BPF)", error.Message);
        Assert.Equal([PerfEventOpen, Bpf, Ioctl, Close], gate.Calls.Skip(1).Select(c => c.Number));
        Assert.Equal(101, gate.Calls[^1].First);
    }

    [Fact]
    public void A_ring_that_cannot_be_mapped_leaves_nothing_open()
    {
        var mappings = 0;
        var gate = new FakeGate((number, _, _) => number == 9 ? (++mappings == 2 ? -12 : 0x10000) : null);
        using var map = BpfMap.Create(gate, BpfMapDefinition.RingBuffer(4096));
        Assert.Equal(12, Assert.Throws<BpfException>(() => RingBuffer.Open(map)).Errno);
        Assert.Equal((11, 0x10000), gate.Calls[^1]);
    }

    [Fact]
    public void An_element_call_that_fails_for_another_reason_than_absence_throws()
    {
        var gate = new FakeGate((_, first, _) => first switch { 1 => -14, 2 => -7, 3 => -22, 4 => -9, _ => null });
        using var map = BpfMap.Create(gate, new BpfMapDefinition(BpfMapType.Hash, 4, 8, 1));
        Assert.Equal(14, Assert.Throws<BpfException>(() => map.TryLookup(1, out long _)).Errno);
        Assert.Equal(7, Assert.Throws<BpfException>(() => map.Update(1, 1L)).Errno);
        Assert.Equal(22, Assert.Throws<BpfException>(() => map.Delete(1)).Errno);
        Assert.Equal(9, Assert.Throws<BpfException>(() => map.TryGetNextKey(default, new byte[4])).Errno);
        Assert.Throws<ArgumentException>(() => map.TryLookup(1L, out long _));
        Assert.Throws<ArgumentException>(() => map.Update(1, 1));
    }

    [Fact]
    public void A_disposed_object_is_closed_once_and_refuses_work()
    {
        var gate = new FakeGate((_, _, _) => null);
        var map = BpfMap.Create(gate, new BpfMapDefinition(BpfMapType.Hash, 4, 8, 1));
        map.Dispose();
        map.Dispose();
        Assert.Single(gate.Calls, c => c.Number == Close);
        Assert.Throws<ObjectDisposedException>(() => map.TryLookup(1, out long _));
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("processed 0 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0\n", null)]
    [InlineData("func#0 @0\n0: R1=ctx() R10=fp0\n0: (b7) r1 = 8 ; R1_w=8\n1: (79) r0 = *(u64 *)(r1 +0)\nR1 invalid mem access 'scalar'\nprocessed 2 insns\n", "R1 invalid mem access 'scalar' at 1: (79) r0 = *(u64 *)(r1 +0)")]
    [InlineData("0: (85) call pc+1\ncaller passes invalid args into func#1\n", "caller passes invalid args into func#1 at 0: (85) call pc+1")]
    [InlineData("back-edge from insn 3 to 1\nprocessed 0 insns\n", "back-edge from insn 3 to 1")]
    [InlineData("from 4 to 9: R0=0 R10=fp0\n9: (85) call bpf_copy_from_user#148\nhelper call might sleep in a non-sleepable prog\n", "helper call might sleep in a non-sleepable prog at 9: (85) call bpf_copy_from_user#148")]
    public void The_verifiers_point_is_found_in_its_log(string log, string? summary) => Assert.Equal(summary, VerifierLog.Summarise(log));

    [Theory]
    [InlineData("0-1\n", 2)]
    [InlineData("0", 1)]
    [InlineData("0-3,8,10-11", 7)]
    [InlineData("", 0)]
    [InlineData("3-1", 0)]
    [InlineData("0-99999999", 0)]
    [InlineData("a-b", 0)]
    public void A_cpu_list_is_counted_or_refused(string list, int count)
    {
        Assert.Equal(count != 0, PossibleCpus.TryCount(list, out var found));
        if (count != 0)
            Assert.Equal(count, found);
    }

    [Fact]
    public void Every_feature_has_its_row_and_a_kernel_that_says_no_has_none()
    {
        foreach (var feature in Enum.GetValues<BpfFeature>())
            Assert.Equal(feature, BpfFeatures.Get(feature).Feature);
        Assert.Equal(
            "uprobe_multi needs kernel 6.6; without it, perf uprobes are used, which detach slowly (about 0.1 s each).",
            BpfFeatures.Get(BpfFeature.UprobeMulti).Missing);
        var gate = new FakeGate((_, _, _) => -1);
        Assert.DoesNotContain(
            Enum.GetValues<BpfFeature>().Except([BpfFeature.PerfUprobe, BpfFeature.ReferenceCounter]),
            feature => BpfFeatures.IsAvailable(gate, feature));
    }

    [Fact]
    public void The_running_kernel_has_what_its_version_promises()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        var types = BtfTypes.Load(BtfTypes.KernelFile, out _);
        foreach (var info in BpfFeatures.All)
        {
            if (Environment.OSVersion.Version >= info.Since)
                Assert.True(BpfFeatures.IsAvailable(LinuxSystemCalls.Instance, info.Feature, types), info.Name);
        }
    }
}

using System.Text;
using Tracer.Linux;
using static Tracer.Bpf.BpfRegister;

namespace Tracer.Bpf.Tests;

/// <summary>Programs attached to a running process.</summary>
public class UprobeTests
{
    // BPF_F_USER_STACK, include/uapi/linux/bpf.h.
    private const int UserStack = 1 << 8;

    public UprobeTests() => Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");

    [Fact]
    public void Every_hit_of_every_thread_of_the_process_is_recorded_with_its_cookie_and_no_other_process()
    {
        using var target = new Target();
        using var bystander = new Target(target);
        using var ringMap = BpfMap.Create(LinuxSystemCalls.Instance, BpfMapDefinition.RingBuffer(1 << 20));
        using var lost = Code.Counter();
        using var program = Code.Load(Code.Record(ringMap, lost, 1 << 17));
        using var ring = RingBuffer.Open(ringMap);
        using (UprobeMultiLink.Attach(
            LinuxSystemCalls.Instance,
            program,
            new UprobeMultiOptions(target.Executable, new[] { target.Hit, target.Other }) { Cookies = new ulong[] { 111, 222 }, ProcessId = target.Id }))
        {
            bystander.Do("hit", 1000);
            target.Do("hit", 300);
            target.Do("other", 500);
            target.Do("threads", 1000);
        }

        target.Do("hit", 50);
        var records = new List<(ulong Cookie, ulong Number, int Process, int Thread)>();
        var count = ring.Drain(record => records.Add((
            BitConverter.ToUInt64(record), BitConverter.ToUInt64(record[8..]), BitConverter.ToInt32(record[20..]), BitConverter.ToInt32(record[16..]))));
        Assert.Equal(0ul, Code.Value(lost));
        Assert.Equal(count, records.Count);
        Assert.Equal(300 + 4000, records.Count(r => r.Cookie == 111));
        Assert.Equal(500, records.Count(r => r.Cookie == 222));
        Assert.Equal(4800, records.Count);
        Assert.All(records, r => Assert.Equal(target.Id, r.Process));
        Assert.Equal(Enumerable.Range(0, 300).Select(i => (ulong)i), records.Take(300).Select(r => r.Number));
        Assert.Equal(5, records.Select(r => r.Thread).Distinct().Count());
        Assert.Equal(0, ring.UnreadBytes);
    }

    [Fact]
    public void The_semaphore_is_up_while_attached_and_down_after()
    {
        using var target = new Target();
        using var counter = Code.Counter();
        using var program = Code.Load(Code.Count(counter));
        Assert.Equal(0ul, target.Do("semaphore", 0));
        var options = new UprobeMultiOptions(target.Executable, new[] { target.Hit })
        {
            ReferenceCounterOffsets = new ulong[] { target.Semaphore },
            ProcessId = target.Id,
        };
        using (UprobeMultiLink.Attach(LinuxSystemCalls.Instance, program, options))
        {
            Assert.Equal(1ul, target.Do("semaphore", 0));
            target.Do("hit", 7);
        }

        Assert.Equal(0ul, target.Do("semaphore", 0));
        Assert.Equal(7ul, Code.Value(counter));
    }

    [Fact]
    public void A_return_probe_fires_once_a_call()
    {
        using var target = new Target();
        using var counter = Code.Counter();
        using var program = Code.Load(Code.Count(counter));
        using var link = UprobeMultiLink.Attach(
            LinuxSystemCalls.Instance, program, new UprobeMultiOptions(target.Executable, new[] { target.Hit }) { IsReturn = true, ProcessId = target.Id });
        target.Do("hit", 123);
        Assert.Equal(123ul, Code.Value(counter));
    }

    [Fact]
    public void A_stack_id_leads_to_the_probed_place_but_not_in_a_sleepable_program()
    {
        using var target = new Target();
        using var stacks = BpfMap.Create(LinuxSystemCalls.Instance, new BpfMapDefinition(BpfMapType.StackTrace, 4, 8 * 16, 64));
        using var result = Code.Counter();
        var definition = BpfProgramDefinition.Uprobe(new BpfAssembler()
            .LoadMap(R2, stacks.Descriptor).Move(R3, UserStack).Call(BpfHelper.GetStackId)
            .LoadMapValue(R1, result.Descriptor, 0).Store(BpfSize.Double, R1, 0, R0).Move(R0, 0).Exit().Assemble());
        Assert.Contains(
            "Sleepable programs can only use",
            Assert.Throws<BpfLoadException>(() => BpfProgram.Load(LinuxSystemCalls.Instance, definition)).Summary,
            StringComparison.Ordinal);
        using var program = BpfProgram.Load(LinuxSystemCalls.Instance, definition with { Flags = BpfProgramFlags.None });
        using (UprobeMultiLink.Attach(
            LinuxSystemCalls.Instance, program, new UprobeMultiOptions(target.Executable, new[] { target.Hit }) { ProcessId = target.Id }))
            target.Do("hit", 1);
        var frames = new byte[8 * 16];
        Assert.True(stacks.TryLookup(BitConverter.GetBytes((int)Code.Value(result)), frames));
        Assert.Equal(target.Hit & 0xfff, BitConverter.ToUInt64(frames) & 0xfff);
    }

    [Fact]
    public void A_sleepable_program_copies_the_stack_itself()
    {
        using var target = new Target();
        using var result = Code.Counter(8 + (8 * 16));
        using var program = Code.Load(new BpfAssembler()
            .LoadMapValue(R2, result.Descriptor, 8).Move(R3, 8 * 16).Move(R4, UserStack).Call(BpfHelper.GetStack)
            .LoadMapValue(R1, result.Descriptor, 0).Store(BpfSize.Double, R1, 0, R0).Move(R0, 0).Exit());
        using (UprobeMultiLink.Attach(
            LinuxSystemCalls.Instance, program, new UprobeMultiOptions(target.Executable, new[] { target.Hit }) { ProcessId = target.Id }))
            target.Do("hit", 1);
        using var memory = result.MapMemory();
        Assert.True(BitConverter.ToInt64(memory.Span) >= 8);
        Assert.Equal(target.Hit & 0xfff, BitConverter.ToUInt64(memory.Span[8..]) & 0xfff);
    }

    [Fact]
    public void A_session_runs_one_program_at_entry_and_at_return()
    {
        Assert.SkipUnless(BpfFeatures.IsAvailable(LinuxSystemCalls.Instance, BpfFeature.UprobeSession), BpfFeatures.Get(BpfFeature.UprobeSession).Missing);
        using var target = new Target();
        using var counter = Code.Counter();
        using var program = BpfProgram.Load(
            LinuxSystemCalls.Instance,
            BpfProgramDefinition.Uprobe(Code.Count(counter).Assemble()) with { ExpectedAttachType = BpfAttachType.UprobeSession });
        using var link = UprobeMultiLink.Attach(
            LinuxSystemCalls.Instance, program, new UprobeMultiOptions(target.Executable, new[] { target.Hit }) { ProcessId = target.Id });
        target.Do("hit", 40);
        Assert.Equal(80ul, Code.Value(counter));
    }

    [Fact]
    public void A_killed_target_and_a_link_that_outlives_it_do_no_harm()
    {
        using var counter = Code.Counter();
        using var program = Code.Load(Code.Count(counter));
        UprobeMultiLink link;
        using (var target = new Target())
        {
            link = UprobeMultiLink.Attach(
                LinuxSystemCalls.Instance, program, new UprobeMultiOptions(target.Executable, new[] { target.Hit }) { ProcessId = target.Id });
            target.Do("hit", 5);
        }

        link.Dispose();
        Assert.Equal(5ul, Code.Value(counter));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_perf_uprobe_counts_and_raises_the_semaphore_with_a_link_and_without(bool hasLink)
    {
        using var target = new Target();
        using var counter = Code.Counter();
        using var program = BpfProgram.Load(LinuxSystemCalls.Instance, BpfProgramDefinition.PerfUprobe(Code.Count(counter).Assemble()));
        ISystemCallGate gate = hasLink ? LinuxSystemCalls.Instance : new WithoutLinks();
        var options = new PerfUprobeOptions(target.Executable, target.Hit) { ReferenceCounterOffset = target.Semaphore, ProcessId = target.Id };
        using (var probe = PerfUprobe.Attach(gate, program, options))
        {
            Assert.Equal(hasLink, probe.HasLink);
            Assert.Equal(1ul, target.Do("semaphore", 0));
            target.Do("threads", 100);
        }

        target.Do("hit", 10);
        Assert.Equal(0ul, target.Do("semaphore", 0));
        Assert.Equal(400ul, Code.Value(counter));
    }

    [Fact]
    public void A_program_for_uprobe_multi_serves_a_perf_uprobe_without_a_link_and_so_without_a_cookie()
    {
        using var target = new Target();
        using var counter = Code.Counter();
        using var program = Code.Load(Code.Count(counter));
        using (var probe = PerfUprobe.Attach(LinuxSystemCalls.Instance, program, new PerfUprobeOptions(target.Executable, target.Hit)))
        {
            Assert.False(probe.HasLink);
            target.Do("hit", 9);
        }

        Assert.Equal(9ul, Code.Value(counter));
        var error = Assert.Throws<BpfException>(() =>
            PerfUprobe.Attach(LinuxSystemCalls.Instance, program, new PerfUprobeOptions(target.Executable, target.Hit) { Cookie = 5 }));
        Assert.Equal(22, error.Errno);
    }

    [Fact]
    public void One_place_has_one_semaphore_whoever_attaches()
    {
        using var target = new Target();
        using var program = Code.Load(new BpfAssembler().Move(R0, 0).Exit());
        var options = new UprobeMultiOptions(target.Executable, new[] { target.Hit });
        using var link = UprobeMultiLink.Attach(LinuxSystemCalls.Instance, program, options);
        var error = Assert.Throws<BpfException>(() => UprobeMultiLink.Attach(
            LinuxSystemCalls.Instance, program, options with { ReferenceCounterOffsets = new ulong[] { target.Semaphore } }));
        Assert.Equal(22, error.Errno);
    }

    [Fact]
    public void A_perf_uprobe_of_every_process_has_its_cookie()
    {
        using var target = new Target();
        using var ringMap = BpfMap.Create(LinuxSystemCalls.Instance, BpfMapDefinition.RingBuffer(1 << 16));
        using var lost = Code.Counter();
        using var program = BpfProgram.Load(LinuxSystemCalls.Instance, BpfProgramDefinition.PerfUprobe(Code.Record(ringMap, lost, 1 << 14).Assemble()));
        using var ring = RingBuffer.Open(ringMap);
        using (PerfUprobe.Attach(LinuxSystemCalls.Instance, program, new PerfUprobeOptions(target.Executable, target.Hit) { Cookie = 77 }))
            target.Do("hit", 20);
        var cookies = new List<ulong>();
        ring.Drain(record => cookies.Add(BitConverter.ToUInt64(record)));
        Assert.Equal(Enumerable.Repeat(77ul, 20), cookies);
    }

    [Theory]
    [InlineData("probe_read", 0, -14)]
    [InlineData("copy", 200, 0)]
    [InlineData("copy_string", 200, 19)]
    public void Only_a_sleepable_read_brings_an_absent_page_in(string reader, int expectedGood, int expectedResult)
    {
        using var target = new Target();
        using var scratch = Code.Counter(8 + 8 + 64);
        var code = new BpfAssembler();
        var failed = code.NewLabel();
        code.Load(BpfSize.Double, R3, R1, Code.Rsi).LoadMapValue(R1, scratch.Descriptor, 16);
        if (reader == "probe_read")
        {
            code.Move(R2, 64).Call(BpfHelper.ProbeReadUserString);
        }
        else if (reader == "copy")
        {
            code.Move(R2, 19).Call(BpfHelper.CopyFromUser);
        }
        else
        {
            var types = BtfTypes.Load(BtfTypes.KernelFile, out var error);
            Assert.NotNull(types);
            Assert.SkipUnless(types.TryFindFunction("bpf_copy_from_user_str", out var id), "kernel before 6.12 " + error);
            code.Move(R2, 64).Move(R4, 0).CallKernelFunction(id);
        }

        code.LoadMapValue(R1, scratch.Descriptor, 0).Store(BpfSize.Double, R1, 8, R0)
            .JumpIf(BpfCondition.SignedLess, R0, 0, failed)
            .Move(R2, 1).Atomic(BpfAtomicOperation.Add, BpfSize.Double, R1, 0, R2)
            .Bind(failed).Move(R0, 0).Exit();
        using var program = Code.Load(code);
        using (UprobeMultiLink.Attach(
            LinuxSystemCalls.Instance, program, new UprobeMultiOptions(target.Executable, new[] { target.Hit }) { ProcessId = target.Id }))
            target.Do("absent", 200);

        using var memory = scratch.MapMemory();
        Assert.Equal(expectedGood, BitConverter.ToInt64(memory.Span));
        Assert.Equal(expectedResult, BitConverter.ToInt64(memory.Span[8..]));
        if (expectedGood > 0)
            Assert.Equal("a string in a file\0", Encoding.ASCII.GetString(memory.Span.Slice(16, 19)));
    }

    [Fact]
    public void Wrong_places_are_refused_by_name()
    {
        using var target = new Target();
        using var program = Code.Load(new BpfAssembler().Move(R0, 0).Exit());
        using var untyped = LiveTests.Load(BpfProgramType.Kprobe, new BpfAssembler().Move(R0, 0).Exit());
        int Multi(BpfProgram p, string path, ulong offset, int pid) => Assert.Throws<BpfException>(() => UprobeMultiLink.Attach(
            LinuxSystemCalls.Instance, p, new UprobeMultiOptions(path, new[] { offset }) { ProcessId = pid })).Errno;
        int Perf(string path, ulong offset, int pid) => Assert.Throws<BpfException>(() => PerfUprobe.Attach(
            LinuxSystemCalls.Instance, program, new PerfUprobeOptions(path, offset) { ProcessId = pid })).Errno;
        Assert.Equal(22, Multi(program, target.Executable, 1ul << 40, target.Id));
        Assert.Equal(2, Multi(program, "/no/such/file", target.Hit, target.Id));
        Assert.Equal(3, Multi(program, target.Executable, target.Hit, int.MaxValue));
        Assert.Equal(22, Multi(untyped, target.Executable, target.Hit, target.Id));
        Assert.Equal(22, Perf(target.Executable, 1ul << 40, target.Id));
        Assert.Equal(2, Perf("/no/such/file", target.Hit, target.Id));
        Assert.Equal(3, Perf(target.Executable, target.Hit, int.MaxValue));
    }

    /// <summary>The kernel without BPF links, as before 5.15.</summary>
    private sealed class WithoutLinks : ISystemCallGate
    {
        public nint Invoke(nint number, nint a0 = 0, nint a1 = 0, nint a2 = 0, nint a3 = 0, nint a4 = 0, nint a5 = 0) =>
            number == 321 && a0 == 28 ? -22 : LinuxSystemCalls.Instance.Invoke(number, a0, a1, a2, a3, a4, a5);
    }
}

using Tracer.Linux;
using static Tracer.Bpf.BpfRegister;

namespace Tracer.Bpf.Tests;

/// <summary>Programs and maps on the running kernel.</summary>
public class LiveTests
{
    public LiveTests() => Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");

    [Fact]
    public void The_smallest_program_loads_and_returns_its_value()
    {
        using var program = Load(BpfProgramType.RawTracePoint, new BpfAssembler().Move(R0, 42).Exit());
        Assert.Equal(42u, program.TestRun(default));
    }

    [Fact]
    public void A_program_of_the_uprobe_kind_loads_but_cannot_be_test_run()
    {
        using var program = BpfProgram.Load(LinuxSystemCalls.Instance, BpfProgramDefinition.Uprobe(new BpfAssembler().Move(R0, 0).Exit().Assemble()));
        Assert.Equal(524, Assert.Throws<BpfException>(() => program.TestRun(default)).Errno);
    }

    [Fact]
    public void A_rejected_program_says_what_the_verifier_minds_and_where()
    {
        var code = new BpfAssembler().Move(R1, 8).Load(BpfSize.Double, R0, R1, 0).Exit();
        var error = Assert.Throws<BpfLoadException>(() => Load(BpfProgramType.RawTracePoint, code));
        Assert.Equal(13, error.Errno);
        Assert.Equal("R1 invalid mem access 'scalar' at 1: (79) r0 = *(u64 *)(r1 +0)", error.Summary);
        Assert.Contains("processed", error.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void A_licence_that_the_helper_does_not_accept_is_named()
    {
        var code = new BpfAssembler().Move(R1, R10).Alu(BpfOperation.Add, R1, -8).Move(R2, 8).Move(R3, 0)
            .Call(BpfHelper.ProbeReadUser).Move(R0, 0).Exit();
        var definition = new BpfProgramDefinition(BpfProgramType.RawTracePoint, code.Assemble()) { License = "MIT" };
        var error = Assert.Throws<BpfLoadException>(() => BpfProgram.Load(LinuxSystemCalls.Instance, definition));
        Assert.Contains("GPL", error.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void A_helper_that_sleeps_is_refused_in_a_program_that_does_not()
    {
        var code = new BpfAssembler().Move(R1, R10).Alu(BpfOperation.Add, R1, -8).Move(R2, 8).Move(R3, 0)
            .Call(BpfHelper.CopyFromUser).Move(R0, 0).Exit();
        var error = Assert.Throws<BpfLoadException>(() => Load(BpfProgramType.Kprobe, code));
        Assert.Equal(22, error.Errno);
        Assert.Contains("sleep", error.Summary, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(BpfMapType.Array)]
    [InlineData(BpfMapType.Hash)]
    [InlineData(BpfMapType.LruHash)]
    public void What_is_stored_in_a_map_is_found(BpfMapType type)
    {
        using var map = BpfMap.Create(LinuxSystemCalls.Instance, new BpfMapDefinition(type, 4, 8, 64) { Name = "round trip!" });
        for (var key = 0u; key < 10; key++)
            Assert.True(map.Update(key, key * 1_000_000_007UL));
        for (var key = 0u; key < 10; key++)
        {
            Assert.True(map.TryLookup(key, out ulong value));
            Assert.Equal(key * 1_000_000_007UL, value);
        }
    }

    [Theory]
    [InlineData(BpfMapType.PerCpuHash)]
    [InlineData(BpfMapType.LruPerCpuHash)]
    public void A_per_cpu_hash_gives_each_cpus_value(BpfMapType type)
    {
        using var map = BpfMap.Create(LinuxSystemCalls.Instance, new BpfMapDefinition(type, 4, 8, 64));
        Assert.True(map.Definition.IsPerCpu);
        var value = Enumerable.Range(0, map.ValueBufferSize).Select(i => (byte)i).ToArray();
        var read = new byte[value.Length];
        Assert.False(map.TryLookup(BitConverter.GetBytes(5), read));
        Assert.True(map.Update(BitConverter.GetBytes(5), value));
        Assert.True(map.TryLookup(BitConverter.GetBytes(5), read));
        Assert.Equal(value, read);
    }

    [Fact]
    public void A_full_map_and_a_key_beyond_the_array_are_told_apart()
    {
        using var hash = BpfMap.Create(LinuxSystemCalls.Instance, new BpfMapDefinition(BpfMapType.Hash, 4, 8, 2));
        Assert.True(hash.Update(1, 1L));
        Assert.True(hash.Update(2, 1L));
        Assert.Equal(7, Assert.Throws<BpfException>(() => hash.Update(3, 1L)).Errno);
        using var array = BpfMap.Create(LinuxSystemCalls.Instance, BpfMapDefinition.Array(8, 2));
        Assert.False(array.TryLookup(2, out long _));
        Assert.Equal(7, Assert.Throws<BpfException>(() => array.Update(2, 1L)).Errno);
        Assert.Throws<BpfException>(array.MapMemory);
    }

    [Fact]
    public void A_hash_map_gives_each_key_once_and_forgets_what_is_deleted()
    {
        using var map = BpfMap.Create(LinuxSystemCalls.Instance, new BpfMapDefinition(BpfMapType.Hash, 4, 8, 64));
        for (var key = 0u; key < 50; key++)
            Assert.True(map.Update(key, (ulong)key, BpfUpdateMode.NoExist));
        Assert.False(map.Update(7u, 1UL, BpfUpdateMode.NoExist));
        Assert.True(map.Delete(7u));
        Assert.False(map.Delete(7u));
        Assert.False(map.Update(7u, 1UL, BpfUpdateMode.Exist));
        Assert.False(map.TryLookup(7u, out ulong _));

        var seen = new List<uint>();
        Span<byte> current = stackalloc byte[4];
        for (var more = map.TryGetNextKey(default, current); more; more = map.TryGetNextKey(current, current))
            seen.Add(BitConverter.ToUInt32(current));
        Assert.Equal(Enumerable.Range(0, 50).Where(k => k != 7).Select(k => (uint)k), seen.Order());
    }

    [Fact]
    public void A_per_cpu_value_has_a_rounded_slot_for_each_possible_cpu()
    {
        using var map = BpfMap.Create(LinuxSystemCalls.Instance, BpfMapDefinition.PerCpuArray(12, 2));
        Assert.Equal(16 * PossibleCpus.Count, map.ValueBufferSize);
        var value = new byte[map.ValueBufferSize];
        for (var cpu = 0; cpu < PossibleCpus.Count; cpu++)
            map.CpuLayout.Slice(value, cpu).Fill((byte)(cpu + 1));
        Assert.True(map.Update(BitConverter.GetBytes(1), value));
        var read = new byte[map.ValueBufferSize];
        Assert.True(map.TryLookup(BitConverter.GetBytes(1), read));
        Assert.Equal(value, read);
    }

    [Fact]
    public void A_mapped_array_shares_memory_with_a_program()
    {
        using var map = BpfMap.Create(LinuxSystemCalls.Instance, BpfMapDefinition.Array(16, 1) with { Flags = BpfMapFlags.Mappable });
        using var memory = map.MapMemory();
        BitConverter.TryWriteBytes(memory.Span, 40L);
        using var program = Load(
            BpfProgramType.RawTracePoint,
            new BpfAssembler().LoadMapValue(R1, map.Descriptor, 0).Load(BpfSize.Double, R0, R1, 0)
                .Alu(BpfOperation.Add, R0, 2).Store(BpfSize.Double, R1, 8, R0).Exit());
        Assert.Equal(42u, program.TestRun(default));
        Assert.Equal(42L, BitConverter.ToInt64(memory[0][8..]));
    }

    [Fact]
    public void Looking_up_costs_no_allocation()
    {
        using var map = BpfMap.Create(LinuxSystemCalls.Instance, BpfMapDefinition.Array(8, 4));
        Assert.True(map.TryLookup(1u, out ulong _));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            map.TryLookup(1u, out ulong value);
            map.Update(1u, value + 1);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.True(map.TryLookup(1u, out ulong count));
        Assert.Equal(100UL, count);
    }

    internal static BpfProgram Load(BpfProgramType type, BpfAssembler code) =>
        BpfProgram.Load(LinuxSystemCalls.Instance, new BpfProgramDefinition(type, code.Assemble()) { Name = "test" });
}

using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Tracer.Core.Evaluation;
using Tracer.Elf;
using Tracer.Linux;
using Tracer.Testing;
using Tracer.Uprobes.Perf;

namespace Tracer.Uprobes.Tests;

/// <summary>Records of rings: what is read of good ones, and that no bytes make the reader throw or hang.</summary>
public class PerfRecordTests
{
    private const int Capacity = 4096;
    private const int SampleSize = 48 + (18 * 8);

    [Fact]
    public void A_sample_gives_its_parts()
    {
        var bytes = Sample(7, 100, 101, 12345, 3);
        var record = new PerfRecord(bytes);
        Assert.Equal((PerfRecordKind.Sample, 7UL, 100, 101, 12345UL, 3), (record.Kind, record.Id, record.ProcessId, record.ThreadId, record.Time, record.Cpu));
        RegisterSet registers = default;
        SampleRegisters.Fill(ref registers, record.Registers);
        Assert.Equal((0UL, 1UL, 8UL, 9UL, 10UL, 17UL), (registers[X64Register.Rax], registers[X64Register.Rbx], registers[X64Register.Rip], registers[X64Register.Rflags], registers[X64Register.R8], registers[X64Register.R15]));
        Assert.True(registers.LacksSegmentBases);
        Assert.True(record.Stack.IsEmpty);
    }

    [Fact]
    public void Records_come_in_the_order_of_their_times_whatever_ring_they_are_in()
    {
        using var first = new FakeRing();
        using var second = new FakeRing();
        foreach (var time in (ulong[])[10, 30, 31, 90])
            first.Write(Sample(1, 1, 1, time, 0));
        foreach (var time in (ulong[])[5, 20, 40, 95])
            second.Write(Sample(2, 1, 1, time, 1));
        var merger = new RingMerger([first.Ring, second.Ring]);
        var times = new Times();
        Assert.Equal(6, merger.Drain(50, int.MaxValue, times));
        Assert.Equal([5UL, 10, 20, 30, 31, 40], times.Seen);
        Assert.Equal(2, merger.Drain(ulong.MaxValue, int.MaxValue, times));
        Assert.Equal([90UL, 95], times.Seen.Skip(6));
    }

    [Fact]
    public void Records_that_wrap_are_whole()
    {
        using var fake = new FakeRing();
        var merger = new RingMerger([fake.Ring]);
        var times = new Times();
        for (ulong k = 1; k <= 200; k++)
        {
            fake.Write(Sample(k, 1, 1, k, 0));
            Assert.Equal(1, merger.Drain(ulong.MaxValue, int.MaxValue, times));
        }

        Assert.Equal(Enumerable.Range(1, 200).Select(k => (ulong)k), times.Seen);
        Assert.Equal(0UL, fake.Ring.Corrupted);
    }

    [Fact]
    public void No_bytes_make_the_reader_throw_or_hang()
    {
        var random = new Random(1);
        using var fake = new FakeRing();
        var merger = new RingMerger([fake.Ring]);
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = Sample(1, 2, 3, 4, 5);
            if (round % 3 == 0)
                random.NextBytes(bytes);
            for (var k = random.Next(6); k > 0; k--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            var kept = bytes.AsSpan(0, random.Next(bytes.Length + 1));
            Touch(new PerfRecord(kept));
            fake.Write(kept);
            merger.Drain(ulong.MaxValue, int.MaxValue, new Times());
        }
    }

    [Theory]
    [InlineData("0\n", new[] { 0 })]
    [InlineData("0-3,8\n", new[] { 0, 1, 2, 3, 8 })]
    [InlineData("", new int[0])]
    [InlineData("x-3,-,5-4,7", new[] { 7 })]
    public void Lists_of_CPUs_are_read(string text, int[] expected) => Assert.Equal(expected, CpuRings.ParseCpus(text));

    private static int Touch(PerfRecord r) =>
        (int)r.Kind + (int)r.Id + r.ProcessId + r.ThreadId + r.ParentThreadId + (int)r.Time + r.Cpu + r.Registers.Length + r.Stack.Length + r.Comm.Length;

    private static byte[] Sample(ulong id, int pid, int tid, ulong time, uint cpu)
    {
        var bytes = new byte[SampleSize];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, 9);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(6), SampleSize);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), id);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), pid);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(20), tid);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(24), time);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(32), cpu);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(40), 2);
        for (var k = 0; k < 18; k++)
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(48 + (8 * k)), (ulong)k);
        return bytes;
    }

    private sealed class Times : IPerfRecordVisitor
    {
        public List<ulong> Seen { get; } = [];

        public void Visit(in PerfRecord record)
        {
            Touch(record);
            Seen.Add(record.Time);
        }
    }

    /// <summary>A ring in memory of this process.</summary>
    private sealed class FakeRing : IDisposable
    {
        private readonly nint _memory = Marshal.AllocHGlobal(4096 + Capacity);
        private ulong _head;

        public FakeRing()
        {
            FakeCall.Bytes(_memory, 4096 + Capacity).Clear();
            var kernel = new FakeKernel().On(SystemCall.MMap, _ => _memory).On(SystemCall.MUnmap, _ => 0).On(SystemCall.Close, _ => 0);
            using var descriptor = new OwnedDescriptor(kernel, 1 << 20, "a ring");
            Ring = PerfRing.Open(kernel, descriptor, Capacity).Value;
        }

        public PerfRing Ring { get; }

        public void Write(ReadOnlySpan<byte> record)
        {
            var memory = FakeCall.Bytes(_memory, 4096 + Capacity);
            foreach (var b in record)
                memory[4096 + (int)(_head++ % Capacity)] = b;
            BinaryPrimitives.WriteUInt64LittleEndian(memory[1024..], _head);
        }

        public void Dispose()
        {
            Ring.Dispose();
            Marshal.FreeHGlobal(_memory);
        }
    }
}

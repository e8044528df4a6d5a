using Tracer.Linux;
namespace Tracer.Bpf.Tests;

/// <summary>The ring under load.</summary>
public class RingBufferTests
{
    public RingBufferTests() => Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");

    [Fact]
    public void More_than_a_million_records_of_four_threads_arrive_whole_in_order_and_with_every_loss_counted()
    {
        const int PerThread = 300_000;
        using var target = new Target();
        using var ringMap = BpfMap.Create(LinuxSystemCalls.Instance, BpfMapDefinition.RingBuffer(1 << 22));
        using var lost = Code.Counter();
        using var program = Code.Load(Code.Record(ringMap, lost, 1 << 19));
        using var ring = RingBuffer.Open(ringMap);
        var checker = new OrderChecker(target.Id);
        using (UprobeMultiLink.Attach(
            LinuxSystemCalls.Instance,
            program,
            new UprobeMultiOptions(target.Executable, new[] { target.Hit }) { Cookies = new[] { OrderChecker.Cookie }, ProcessId = target.Id }))
        {
            var firing = Task.Run(() => target.Do("threads", PerThread), TestContext.Current.CancellationToken);
            while (!firing.IsCompleted)
            {
                ring.Drain(ref checker);
                ring.Wait(10);
            }
        }

        ring.Drain(ref checker);
        Assert.Equal(0, checker.Wrong);
        Assert.Equal(4 * PerThread, checker.Count + (int)Code.Value(lost));
        Assert.True(checker.Count > 1_000_000, $"{checker.Count} records, {Code.Value(lost)} lost");
        Assert.Equal(4, checker.Threads);
    }

    [Theory]
    [InlineData(24)]
    [InlineData(int.MaxValue)]
    public void A_full_ring_loses_the_new_and_keeps_the_old_and_wraps_when_read(int longestRecord)
    {
        using var target = new Target();
        using var ringMap = BpfMap.Create(LinuxSystemCalls.Instance, BpfMapDefinition.RingBuffer(4096));
        using var lost = Code.Counter();
        using var program = Code.Load(Code.Record(ringMap, lost, int.MaxValue));
        using var ring = RingBuffer.Open(ringMap, longestRecord);
        using var link = UprobeMultiLink.Attach(
            LinuxSystemCalls.Instance, program, new UprobeMultiOptions(target.Executable, new[] { target.Hit }) { ProcessId = target.Id });

        // A record takes 24 + 8 bytes, and a ring is never filled to the last byte: 127 of them fit in 4096.
        const int Fits = 127;
        target.Do("hit", 200);
        Assert.Equal(Fits * 32, ring.UnreadBytes);
        Assert.Equal(200ul - Fits, Code.Value(lost));
        var next = 0ul;
        Assert.Equal(Fits, ring.Drain(record => Assert.Equal(next++, BitConverter.ToUInt64(record[8..]))));
        for (var round = 0; round < 50; round++)
        {
            target.Do("hit", 100);
            next = 0;
            Assert.Equal(100, ring.Drain(record => Assert.Equal(next++, BitConverter.ToUInt64(record[8..]))));
        }

        Assert.Equal(200ul - Fits, Code.Value(lost));
    }

    [Fact]
    public void A_record_longer_than_announced_is_refused_and_stays()
    {
        using var target = new Target();
        using var ringMap = BpfMap.Create(LinuxSystemCalls.Instance, BpfMapDefinition.RingBuffer(4096));
        using var lost = Code.Counter();
        using var program = Code.Load(Code.Record(ringMap, lost, int.MaxValue));
        using var ring = RingBuffer.Open(ringMap, 23);
        using var link = UprobeMultiLink.Attach(
            LinuxSystemCalls.Instance, program, new UprobeMultiOptions(target.Executable, new[] { target.Hit }) { ProcessId = target.Id });
        target.Do("hit", 1);
        Assert.Contains("24 bytes is longer than the 23", Assert.Throws<InvalidOperationException>(() => ring.Drain(_ => { })).Message, StringComparison.Ordinal);
        Assert.Equal(32, ring.UnreadBytes);
    }

    [Fact]
    public async Task The_reader_sleeps_until_enough_is_waiting_or_it_is_woken_or_time_is_over()
    {
        using var target = new Target();
        using var ringMap = BpfMap.Create(LinuxSystemCalls.Instance, BpfMapDefinition.RingBuffer(1 << 16));
        using var lost = Code.Counter();
        using var program = Code.Load(Code.Record(ringMap, lost, 32 * 100));
        using var ring = RingBuffer.Open(ringMap);
        using var link = UprobeMultiLink.Attach(
            LinuxSystemCalls.Instance, program, new UprobeMultiOptions(target.Executable, new[] { target.Hit }) { ProcessId = target.Id });
        var token = TestContext.Current.CancellationToken;

        Assert.Equal(RingBufferWait.Timeout, ring.Wait(0));
        var waiting = Task.Run(() => ring.Wait(10_000), token);
        await Task.Delay(50, token);
        target.Do("hit", 50);
        await Task.Delay(50, token);
        Assert.False(waiting.IsCompleted);
        target.Do("hit", 60);
        Assert.Equal(RingBufferWait.Records, await waiting.WaitAsync(TimeSpan.FromSeconds(5), token));
        Assert.Equal(110, ring.Drain(static _ => { }));

        waiting = Task.Run(() => ring.Wait(-1), token);
        await Task.Delay(50, token);
        ring.Wake();
        Assert.Equal(RingBufferWait.Woken, await waiting.WaitAsync(TimeSpan.FromSeconds(5), token));
        Assert.Equal(RingBufferWait.Timeout, ring.Wait(0));
    }

    [Fact]
    public void Draining_stops_at_the_number_asked_for_and_allocates_nothing()
    {
        using var target = new Target();
        using var ringMap = BpfMap.Create(LinuxSystemCalls.Instance, BpfMapDefinition.RingBuffer(1 << 16));
        using var lost = Code.Counter();
        using var program = Code.Load(Code.Record(ringMap, lost, int.MaxValue));
        using var ring = RingBuffer.Open(ringMap);
        using var link = UprobeMultiLink.Attach(
            LinuxSystemCalls.Instance, program, new UprobeMultiOptions(target.Executable, new[] { target.Hit }) { ProcessId = target.Id });
        target.Do("hit", 1000);
        var sum = new Summer();
        Assert.Equal(10, ring.Drain(ref sum, 10));
        Assert.Equal(45ul, sum.Total);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var count = ring.Drain(ref sum);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.Equal(990, count);
        Assert.Equal(999ul * 500, sum.Total);
    }

    [Fact]
    public void A_visitor_that_throws_finds_its_record_again()
    {
        using var target = new Target();
        using var ringMap = BpfMap.Create(LinuxSystemCalls.Instance, BpfMapDefinition.RingBuffer(4096));
        using var lost = Code.Counter();
        using var program = Code.Load(Code.Record(ringMap, lost, int.MaxValue));
        using var ring = RingBuffer.Open(ringMap);
        using var link = UprobeMultiLink.Attach(
            LinuxSystemCalls.Instance, program, new UprobeMultiOptions(target.Executable, new[] { target.Hit }) { ProcessId = target.Id });
        target.Do("hit", 3);
        Assert.Throws<InvalidOperationException>(() => ring.Drain(static _ => throw new InvalidOperationException()));
        Assert.Equal(3, ring.Drain(static _ => { }));
    }

    private struct Summer : IRingBufferVisitor
    {
        public ulong Total { get; private set; }

        public void Visit(ReadOnlySpan<byte> record) => Total += BitConverter.ToUInt64(record[8..]);
    }

    /// <summary>Each thread counts from 0 upwards: numbers must rise within a thread.</summary>
    private struct OrderChecker(int process) : IRingBufferVisitor
    {
        public const ulong Cookie = 0x1122334455667788;

        private readonly Dictionary<int, long> _last = [];

        public int Count { get; private set; }

        public int Wrong { get; private set; }

        public readonly int Threads => _last.Count;

        public void Visit(ReadOnlySpan<byte> record)
        {
            var thread = BitConverter.ToInt32(record[16..]);
            var number = BitConverter.ToInt64(record[8..]);
            var isRight = record.Length == Code.RecordSize
                && BitConverter.ToUInt64(record) == Cookie
                && BitConverter.ToInt32(record[20..]) == process
                && number > _last.GetValueOrDefault(thread, -1);
            _last[thread] = number;
            Count++;
            Wrong += isRight ? 0 : 1;
        }
    }
}

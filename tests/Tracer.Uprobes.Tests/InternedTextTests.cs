using Tracer.Core.Backends;
using Tracer.Core.Expressions;
using Tracer.Core.Plans;
using Tracer.Core.Probes;
using Tracer.Core.Records;
using Tracer.Elf;
using Tracer.Uprobes.Compilation;
using static Tracer.Core.Expressions.Build;

namespace Tracer.Uprobes.Tests;

/// <summary>Texts that belong to an object: told once, and right in every event, whatever ends or is lost.</summary>
public class InternedTextTests
{
    private static readonly Expression Object = Register(X64Register.Rsi);

    [Fact]
    public async Task Every_event_has_the_text_that_its_object_has()
    {
        using var fixture = Fixture.Start();
        var plan = Plan(fixture);
        var collector = new Collector();
        await using var attachment = await new EbpfBackend().AttachAsync(plan, collector, TestContext.Current.CancellationToken);
        fixture.Do("owners 90 3");
        await attachment.StopAsync();
        Assert.Equal(0UL, attachment.LostEvents(0));
        Assert.Equal(Enumerable.Range(0, 4500).Select(k => $"{k % 50} of {k / 150}"), collector.Values.Select(v => v[0].Text));
        Assert.All(collector.Values, AssertRight);
    }

    [Fact]
    public async Task A_text_that_was_lost_is_told_again()
    {
        using var fixture = Fixture.Start();
        var plan = Plan(fixture);
        var collector = new Collector();
        using var blocked = new BlockedSink(collector);
        await using var attachment = await new EbpfBackend().AttachAsync(plan, blocked, TestContext.Current.CancellationToken);
        // More than the ring holds; objects end while it is full.
        fixture.Do("owners 4000 70");
        blocked.Go();
        fixture.Do("owners 90 3");
        await attachment.StopAsync();
        var lost = attachment.LostEvents(0);
        Assert.InRange(lost, 1UL, 199_999UL);
        Assert.Equal(204_500UL, lost + (ulong)collector.Values.Count);
        Assert.All(collector.Values, AssertRight);
        Assert.Equal("0 of 0", collector.Values[0][0].Text);
        Assert.Equal("49 of 29", collector.Values[^1][0].Text);
    }

    [Fact]
    public void A_number_that_nothing_was_told_under_is_no_text()
    {
        var emission = Emission();
        var texts = new ToldTexts([emission], 64);
        ReadOnlySpan<byte> record = Record(7, InternedTexts.KnownFlag, "");
        Assert.False(texts.TryComplete(emission, ref record));
        record = Record(3, InternedTexts.ToldFlag, "abc", 7);
        Assert.True(texts.TryComplete(emission, ref record));
        Assert.Equal(Record(3, 0, "abc"), record.ToArray());
        record = Record(7, InternedTexts.KnownFlag, "");
        Assert.True(texts.TryComplete(emission, ref record));
        Assert.Equal(Record(3, 0, "abc"), record.ToArray());
        texts.Forget(BitConverter.GetBytes(7UL));
        Assert.Equal(0, texts.Count);
        record = Record(7, InternedTexts.KnownFlag, "");
        Assert.False(texts.TryComplete(emission, ref record));
        record = Record(5, 0, "plain");
        Assert.True(texts.TryComplete(emission, ref record));
        Assert.Equal(Record(5, 0, "plain"), record.ToArray());
    }

    // The same text by itself, as that of the object, and another of the object's.
    private static void AssertRight(Seen[] values)
    {
        Assert.Equal(values[0].Text, values[1].Text);
        Assert.Equal(values[0].Text[1..], values[3].Text);
        Assert.Equal((ulong)values[0].Text.Length, values[1].Bits);
    }

    private static TracePlan Plan(Fixture fixture)
    {
        var life = new ObjectLife("an object", fixture.At("other"), Register(X64Register.Rdi));
        return PlanBuilder.Build(fixture.Process, [fixture.Probe("texts", "hit",
            new TextExpression(Object),
            new TextExpression(Object) { Owner = new TextOwner(Object, life, 0) },
            Register(X64Register.Rdi),
            new TextExpression(Offset(Object, 1)) { Owner = new TextOwner(Object, life, 1) })]);
    }

    private static Emission Emission()
    {
        using var fixture = Fixture.Start();
        return PlanBuilder.Build(fixture.Process, [fixture.Probe("text", "hit", new TextExpression(Object))]).Emissions[0];
    }

    private static byte[] Record(ulong value, byte flags, string text, params ulong[] number)
    {
        var slot = new byte[RecordLayout.SlotSize];
        BitConverter.TryWriteBytes(slot, value);
        BitConverter.TryWriteBytes(slot.AsSpan(RecordLayout.SlotTextBytesOffset), text.Length);
        slot[RecordLayout.SlotFlagsOffset] = flags;
        return [.. new byte[RecordLayout.HeaderSize], .. slot, .. System.Text.Encoding.UTF8.GetBytes(text), .. number.SelectMany(BitConverter.GetBytes)];
    }

    private sealed class BlockedSink(IEventSink sink) : IEventSink, IDisposable
    {
        private readonly ManualResetEventSlim _go = new();

        public void Go() => _go.Set();

        public void OnEvent(in EventRecord record)
        {
            _go.Wait();
            sink.OnEvent(record);
        }

        public void OnBatchEnd() => sink.OnBatchEnd();

        public void Dispose() => _go.Dispose();
    }
}

using System.Buffers.Binary;
using Tracer.Core.Expressions;
using Tracer.Core.Plans;
using Tracer.Core.Probes;
using Tracer.Core.Records;
using Tracer.Core.Targets;

namespace Tracer.Fuzz.Targets;

/// <summary>Events made by hand: what a plan says of them, and their bytes.</summary>
internal static class Emissions
{
    public static Emission Make(string provider, string name, TargetModule module, IReadOnlyList<(string Name, Expression Argument)> values)
    {
        var site = new ProbeSite(new CodeLocation(module, 0x1234, 0x401234), new ExpressionList([.. values.Select(v => v.Argument)]));
        var probe = new Probe(provider, name, module, ProbeSource.Usdt, [.. values.Select(v => new ProbeParameter(v.Name, v.Argument.Type))], [site]);
        return PlanBuilder.Build(new TargetProcess(4312, new HostileMemory(default, false), [module]), [probe]).Emissions[0];
    }

    /// <summary>A record with these texts, each in its charset; a value without one has its bits.</summary>
    public static byte[] Record(Emission emission, IReadOnlyList<(ulong Bits, Charset Charset, byte[] Text)> values, ReadOnlySpan<byte> comm)
    {
        var bytes = new byte[RecordLayout.HeaderSize + (values.Count * RecordLayout.SlotSize) + values.Sum(v => v.Text.Length)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(RecordLayout.TimeOffset), 1_000_123_456_789);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(RecordLayout.EmissionOffset), emission.Index);
        comm[..Math.Min(comm.Length, RecordLayout.CommSize)].CopyTo(bytes.AsSpan(RecordLayout.CommOffset));
        var end = RecordLayout.HeaderSize + (values.Count * RecordLayout.SlotSize);
        for (var k = 0; k < values.Count; k++)
        {
            var slot = bytes.AsSpan(RecordLayout.HeaderSize + (k * RecordLayout.SlotSize));
            BinaryPrimitives.WriteUInt64LittleEndian(slot[RecordLayout.SlotValueOffset..], values[k].Bits);
            BinaryPrimitives.WriteInt32LittleEndian(slot[RecordLayout.SlotTextBytesOffset..], values[k].Text.Length);
            slot[RecordLayout.SlotCharsetOffset] = (byte)values[k].Charset;
            values[k].Text.CopyTo(bytes.AsSpan(end));
            end += values[k].Text.Length;
        }

        return bytes;
    }
}

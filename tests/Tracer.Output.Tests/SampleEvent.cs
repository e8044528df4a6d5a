using System.Buffers.Binary;
using System.Text;
using Tracer.Core.Evaluation;
using Tracer.Core.Expressions;
using Tracer.Core.Plans;
using Tracer.Core.Probes;
using Tracer.Core.Records;
using Tracer.Core.Targets;

namespace Tracer.Output.Tests;

/// <summary>An event made by hand, value after value, in the layout that backends produce.</summary>
internal sealed class SampleEvent(string provider = "app", string name = "request")
{
    private readonly List<(ProbeParameter Parameter, Expression Argument, ulong Bits, EvaluationStatus Status, Charset Charset, byte[] Text)> _values = [];
    private byte[] _comm = "worker"u8.ToArray();
    private Emission? _emission;
    private byte[]? _bytes;
    private string? _late;

    public Probe Probe => Emission.Probe;

    public Emission Emission => _emission ??= MakeEmission();

    public EventRecord Record => new(Emission, _bytes ??= MakeBytes());

    public SampleEvent Integer(string name, IntegerType type, ulong bits) =>
        Add(name, new ConstantExpression(0, type), bits, EvaluationStatus.Ok);

    public SampleEvent Float(string name, double value) =>
        Add(name, new FloatExpression(Build.Constant(0), FloatType.Double), BitConverter.DoubleToUInt64Bits(value), EvaluationStatus.Ok);

    public SampleEvent Single(string name, float value) =>
        Add(name, new FloatExpression(Build.Constant(0), FloatType.Single), BitConverter.SingleToUInt32Bits(value), EvaluationStatus.Ok);

    public SampleEvent Text(string name, string text, bool truncated = false, ulong? length = null) => Bytes(name, Encoding.UTF8.GetBytes(text), Charset.Utf8, truncated, length);

    public SampleEvent Bytes(string name, byte[] bytes, Charset charset = Charset.Utf8, bool truncated = false, ulong? length = null) =>
        Add(name, Build.CString(Build.Constant(0)), length ?? (ulong)bytes.Length, truncated ? EvaluationStatus.Truncated : EvaluationStatus.Ok, charset, bytes);

    public SampleEvent Fault(string name, ulong address) => Add(name, Build.CString(Build.Constant(0)), address, EvaluationStatus.Fault);

    public SampleEvent Unavailable(string name, string reason) =>
        Add(name, new UnavailableExpression(IntegerType.Int32, reason), 0, EvaluationStatus.Unavailable);

    public SampleEvent Failed(string name, EvaluationStatus status) => Add(name, Build.Constant(0), 0, status);

    /// <summary>Marks the value of that name late.</summary>
    public SampleEvent Late(string name)
    {
        _late = name;
        return this;
    }

    public SampleEvent Comm(byte[] comm)
    {
        _comm = comm;
        return this;
    }

    /// <summary>A Python call: text, integers, a text that is not ASCII.</summary>
    public static SampleEvent PythonCall(string file = "app.py", long line = 3, string function = "fib") => new SampleEvent("python", "function__entry")
        .Text("filename", file).Text("funcname", function).Integer("lineno", IntegerType.Int32, (ulong)line);

    private SampleEvent Add(string name, Expression argument, ulong bits, EvaluationStatus status, Charset charset = Charset.Utf8, byte[]? text = null)
    {
        _values.Add((new ProbeParameter(name, argument.Type), argument, bits, status, charset, text ?? []));
        return this;
    }

    private Emission MakeEmission()
    {
        var module = new TargetModule("/opt/app", "/opt/app", 0);
        var site = new ProbeSite(new CodeLocation(module, 0x1234, 0x401234), new ExpressionList([.. _values.Select(v => v.Argument)]));
        var probe = new Probe(provider, name, module, ProbeSource.Usdt, [.. _values.Select(v => v.Parameter)], [site]);
        return PlanBuilder.Build(new TargetProcess(4312, new NoMemory(), [module]), [probe]).Emissions[0];
    }

    private byte[] MakeBytes()
    {
        var bytes = new byte[RecordLayout.HeaderSize + _values.Count * RecordLayout.SlotSize + _values.Sum(v => v.Text.Length)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(RecordLayout.TimeOffset), 1_000_123_456_789);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(RecordLayout.PidTgidOffset), 4313);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(RecordLayout.PidTgidOffset + 4), 4312);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(RecordLayout.CpuOffset), 1);
        _comm.CopyTo(bytes.AsSpan(RecordLayout.CommOffset));
        var end = RecordLayout.HeaderSize + _values.Count * RecordLayout.SlotSize;
        for (var k = 0; k < _values.Count; k++)
        {
            var slot = bytes.AsSpan(RecordLayout.HeaderSize + k * RecordLayout.SlotSize);
            BinaryPrimitives.WriteUInt64LittleEndian(slot[RecordLayout.SlotValueOffset..], _values[k].Bits);
            BinaryPrimitives.WriteInt32LittleEndian(slot[RecordLayout.SlotTextBytesOffset..], _values[k].Text.Length);
            slot[RecordLayout.SlotStatusOffset] = (byte)_values[k].Status;
            slot[RecordLayout.SlotCharsetOffset] = (byte)_values[k].Charset;
            slot[RecordLayout.SlotFlagsOffset] = _values[k].Parameter.Name == _late ? RecordLayout.LateFlag : (byte)0;
            _values[k].Text.CopyTo(bytes.AsSpan(end));
            end += _values[k].Text.Length;
        }

        Assert.True(EventRecord.IsWellFormed(Emission, bytes));
        return bytes;
    }

    private sealed class NoMemory : ITargetMemory
    {
        public int Read(ulong address, Span<byte> destination) => 0;
    }
}

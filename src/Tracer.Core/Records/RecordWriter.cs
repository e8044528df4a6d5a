using System.Buffers.Binary;
using Tracer.Core.Evaluation;
using Tracer.Core.Execution;
using Tracer.Core.Expressions;
using Tracer.Core.Plans;

namespace Tracer.Core.Records;

/// <summary>Writes records in the layout the kernel programs write, by the managed evaluator; one instance a backend, its buffer is reused.</summary>
public sealed class RecordWriter
{
    private readonly byte[] _buffer;
    private readonly int _textLimit;
    private readonly bool[][]? _late;

    /// <summary>A writer with room for the largest record of the plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="memoryIsLate">Whether values that depend on the target's memory are marked late (<see cref="Targets.ITargetMemory.IsLate"/>).</param>
    public RecordWriter(TracePlan plan, bool memoryIsLate = false)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (memoryIsLate)
        {
            var dependence = new MemoryDependence(plan);
            _late = [.. plan.Emissions.Select(dependence.Of)];
        }

        _textLimit = plan.TextLimit;
        var largest = RecordLayout.HeaderSize;
        foreach (var emission in plan.Emissions)
            largest = Math.Max(largest, RecordLayout.MaximumSize(emission, _textLimit));
        _buffer = new byte[largest];
    }

    /// <summary>
    /// Evaluates all values of an emission and returns the record, valid until the next call.
    /// </summary>
    /// <param name="emission">What to write.</param>
    /// <param name="evaluator">Evaluates over the thread's registers and memory.</param>
    /// <param name="facts">Time, process, thread, CPU and name of the hit.</param>
    public ReadOnlySpan<byte> Write(Emission emission, scoped ref ExpressionEvaluator evaluator, IHitFacts facts)
    {
        ArgumentNullException.ThrowIfNull(emission);
        ArgumentNullException.ThrowIfNull(facts);
        var header = _buffer.AsSpan(0, RecordLayout.HeaderSize);
        BinaryPrimitives.WriteUInt64LittleEndian(header[RecordLayout.TimeOffset..], Fact(facts, BuiltInValue.Timestamp, 0));
        BinaryPrimitives.WriteUInt32LittleEndian(header[RecordLayout.PidTgidOffset..], (uint)Fact(facts, BuiltInValue.ThreadId, 0));
        BinaryPrimitives.WriteUInt32LittleEndian(header[(RecordLayout.PidTgidOffset + 4)..], (uint)Fact(facts, BuiltInValue.ProcessId, 0));
        BinaryPrimitives.WriteUInt32LittleEndian(header[RecordLayout.CpuOffset..], (uint)Fact(facts, BuiltInValue.Cpu, ulong.MaxValue));
        BinaryPrimitives.WriteInt32LittleEndian(header[RecordLayout.EmissionOffset..], emission.Index);
        var name = header.Slice(RecordLayout.CommOffset, RecordLayout.CommSize);
        name.Clear();
        var comm = facts.Comm;
        comm[..Math.Min(comm.Length, RecordLayout.CommSize - 1)].CopyTo(name);

        var slots = emission.Values.Count * RecordLayout.SlotSize;
        var end = RecordLayout.HeaderSize + slots;
        for (var k = 0; k < emission.Values.Count; k++)
        {
            var slot = _buffer.AsSpan(RecordLayout.HeaderSize + k * RecordLayout.SlotSize, RecordLayout.SlotSize);
            EvaluationStatus status;
            ulong value;
            var bytes = 0;
            var charset = Charset.Utf8;
            var expression = emission.Values[k].Expression;
            if (expression is TextLiteralExpression literal)
                (status, value) = (EvaluationStatus.Ok, (ulong)literal.Utf8.Length);
            else if (expression.Type is StackType)
                status = evaluator.ReadStack(expression, _buffer.AsSpan(end), out bytes, out value);
            else if (expression.Type is PictureType)
                status = evaluator.ReadPicture(expression, _buffer.AsSpan(end, PictureExpression.Capacity), out bytes, out value);
            else if (expression.Type is TextType)
                status = evaluator.ReadText(expression, _buffer.AsSpan(end, _textLimit), out bytes, out charset, out value);
            else
                status = evaluator.Evaluate(expression, out value);
            BinaryPrimitives.WriteUInt64LittleEndian(slot[RecordLayout.SlotValueOffset..], value);
            BinaryPrimitives.WriteInt32LittleEndian(slot[RecordLayout.SlotTextBytesOffset..], bytes);
            slot[RecordLayout.SlotStatusOffset] = (byte)status;
            slot[RecordLayout.SlotCharsetOffset] = (byte)charset;
            slot[RecordLayout.SlotFlagsOffset] = _late is not null && _late[emission.Index][k] ? RecordLayout.LateFlag : (byte)0;
            slot[RecordLayout.SlotFlagsOffset + 1] = 0;
            end += bytes;
        }

        return _buffer.AsSpan(0, end);
    }

    private static ulong Fact(IHitFacts facts, BuiltInValue value, ulong otherwise) => facts.TryGet(value, out var number) ? number : otherwise;
}

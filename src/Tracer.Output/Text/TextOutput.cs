using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Tracer.Core.Diagnostics;
using Tracer.Core.Evaluation;
using Tracer.Core.Events;
using Tracer.Core.Expressions;
using Tracer.Core.Pictures;
using Tracer.Core.Plans;
using Tracer.Core.Probes;
using Tracer.Core.Records;
using Tracer.Core.Stacks;
using Tracer.Output.Aggregations;

namespace Tracer.Output.Text;

/// <summary>
/// One event a line on standard output, everything else on standard error:
/// <c>12:01:02.123456  4312/4312  python:function__entry  app.py:3 fib</c>. Parameters named filename, lineno and funcname are shown as a place,
/// the others as <c>name=value</c>.
/// </summary>
public sealed class TextOutput : TraceOutput
{
    private static readonly SearchValues<string> PlaceNames = SearchValues.Create(["filename", "lineno", "funcname"], StringComparison.Ordinal);

    private readonly OutputBuffer _output;
    private readonly TextWriter _messages;
    private readonly WallClock _clock = new();
    private readonly ArrayBufferWriter<byte> _scratch = new(256);
    private readonly bool _colour;
    private readonly bool _verbose;
    private Shape[] _shapes = [];

    /// <summary>Makes the output.</summary>
    /// <param name="events">Where events go.</param>
    /// <param name="messages">Where everything else goes.</param>
    /// <param name="colour">Whether to colour event lines.</param>
    /// <param name="verbose">Whether to name the armed sites.</param>
    public TextOutput(OutputBuffer events, TextWriter messages, bool colour, bool verbose)
        : base(events) => (_output, _messages, _colour, _verbose) = (events, messages, colour, verbose);

    /// <inheritdoc/>
    public override void Attached(int processId, string backend, IReadOnlyList<Probe> probes)
    {
        ArgumentNullException.ThrowIfNull(probes);
        var sites = probes.Sum(p => p.Sites.Count);
        _messages.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Attached to {(processId == 0 ? "all processes" : processId)} by {backend}: {Count(probes.Count, "probe")}, {Count(sites, "site")}. Ctrl-C stops."));
        if (!_verbose)
            return;
        foreach (var probe in probes)
        {
            foreach (var site in probe.Sites)
                Say($"  {probe.FullName} at {site.Location}{(site.Call is null ? "" : " and where its calls return")}: {string.Join(", ", probe.Parameters.Zip(site.Arguments, (p, a) => $"{p.Name} = {a}"))}");
        }
    }

    /// <inheritdoc/>
    protected override void Write(in EventRecord record)
    {
        WriteTime(record.Time);
        Number(record.ProcessId);
        _output.Append((byte)'/');
        Number(record.ThreadId);
        _output.Append("  "u8);
        if (_colour)
            _output.Append("\e[36m"u8);
        var shape = ShapeOf(record.Emission);
        _output.Append(shape.Name);
        if (_colour)
            _output.Append("\e[0m"u8);
        _output.Append((byte)' ');
        if (shape.HasPlace)
            WritePlace(record);
        var index = -1;
        foreach (var value in record)
        {
            index++;
            if (value.Planned.Expression.Type is StackType || (shape.HasStack && StackNames.IsPartOfStack(record.Emission, value.Planned)) || (shape.HasPlace && PlaceNames.Contains(value.Planned.Name)))
                continue;
            _output.Append((byte)' ');
            _output.Append(shape.ValueNames[index]);
            _output.Append((byte)'=');
            WriteValue(value, quoted: true);
        }

        _output.EndLine();
        if (shape.HasStack)
            WriteStacks(record);
    }

    /// <inheritdoc/>
    public override void Aggregation(AggregationReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        new AggregationText(_output, Readers?.Target.Stacks).Write(report);
        OnBatchEnd();
    }

    /// <inheritdoc/>
    public override void Error(TracerException error)
    {
        ArgumentNullException.ThrowIfNull(error);
        _messages.WriteLine(ErrorText.Of(error));
    }

    /// <inheritdoc/>
    public override void Summary(TraceSummary summary)
    {
        OnBatchEnd();
        foreach (var line in SummaryText.Lines(summary))
            Say(line);
    }

    private void Say(string line) => _messages.WriteLine(TextEscaper.Escape(line));

    private static string Count(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";

    private void WriteStacks(in EventRecord record)
    {
        foreach (var value in record)
        {
            if (value.Planned.Expression.Type is not StackType || EventReaders is not { } readers)
                continue;
            StackText.Write(_output, readers.Stacks.Of(record, value, readers.Pictures, out var end));
            StackText.WriteEnd(_output, end);
        }
    }

    private void WritePlace(in EventRecord record)
    {
        _output.Append((byte)' ');
        WriteNamed(record, "filename");
        _output.Append((byte)':');
        WriteNamed(record, "lineno");
        _output.Append((byte)' ');
        WriteNamed(record, "funcname");
    }

    private void WriteNamed(in EventRecord record, string name)
    {
        foreach (var value in record)
        {
            if (value.Planned.Name == name)
            {
                WriteValue(value, quoted: false);
                return;
            }
        }
    }

    private void WriteValue(ValueRecord value, bool quoted)
    {
        WriteFound(value, quoted);
        if (value.IsLate)
            _output.Append((byte)'~');
    }

    private void WriteFound(ValueRecord value, bool quoted)
    {
        if (value.Status > EvaluationStatus.Truncated)
        {
            WriteMissing(value);
            return;
        }

        switch (value.Planned.Expression.Type)
        {
            case TextType:
                var truncated = value.Status == EvaluationStatus.Truncated;
                _scratch.ResetWrittenCount();
                TextDecoder.WriteUtf8(_scratch, value.TextBytes, value.Charset, truncated);
                if (quoted)
                    _output.Append((byte)'"');
                TextEscaper.Write(_output, _scratch.WrittenSpan, quoted);
                if (truncated)
                    _output.Append("…"u8);
                if (quoted)
                    _output.Append((byte)'"');
                break;
            case PictureType:
                WritePicture(value);
                break;
            case FloatType { Size: 4 }:
                Formattable((float)value.Number);
                break;
            case FloatType:
                Formattable(value.Number);
                break;
            case IntegerType { Signed: true }:
                Number((long)value.Bits);
                break;
            default:
                Utf8Formatter.TryFormat(value.Bits, _output.GetSpan(20), out var written);
                _output.Advance(written);
                break;
        }
    }

    private void WritePicture(ValueRecord value)
    {
        var content = EventReaders?.Pictures.Read(value) ?? PictureContent.Nothing;
        var isAlone = content.Items is [{ Name: null }];
        if (!isAlone)
            _output.Append((byte)'(');
        Utf8(content.ToString());
        if (!isAlone)
            _output.Append((byte)')');
        if (content.IsLate && !value.IsLate)
            _output.Append((byte)'~');
    }

    private void WriteMissing(ValueRecord value)
    {
        switch (value.Status)
        {
            case EvaluationStatus.Fault:
                _output.Append("<unreadable 0x"u8);
                Utf8Formatter.TryFormat(value.Bits, _output.GetSpan(16), out var written, new StandardFormat('x'));
                _output.Advance(written);
                _output.Append((byte)'>');
                break;
            case EvaluationStatus.Unavailable:
                _output.Append("<unavailable: "u8);
                Utf8(value.Planned.UnavailableReason);
                _output.Append((byte)'>');
                break;
            default:
                _output.Append(value.Status == EvaluationStatus.DivideByZero ? "<division by zero>"u8 : "<too long to compute>"u8);
                break;
        }
    }

    private void WriteTime(ulong monotonic)
    {
        // HH:mm:ss.ffffff by hand: it is on the hot path.
        var ticks = _clock.ToLocalTicks(monotonic) % TimeSpan.TicksPerDay;
        var span = _output.GetSpan(24);
        if (_colour)
            _output.Append("\e[2m"u8);
        span = _output.GetSpan(24);
        var seconds = ticks / TimeSpan.TicksPerSecond;
        Two(span, (int)(seconds / 3600));
        span[2] = (byte)':';
        Two(span[3..], (int)(seconds / 60 % 60));
        span[5] = (byte)':';
        Two(span[6..], (int)(seconds % 60));
        span[8] = (byte)'.';
        var micros = (int)(ticks % TimeSpan.TicksPerSecond / 10);
        for (var k = 14; k > 8; k--)
        {
            span[k] = (byte)('0' + micros % 10);
            micros /= 10;
        }

        _output.Advance(15);
        if (_colour)
            _output.Append("\e[0m"u8);
        _output.Append("  "u8);
    }

    private static void Two(Span<byte> span, int value)
    {
        span[0] = (byte)('0' + value / 10);
        span[1] = (byte)('0' + value % 10);
    }

    private void Number(long value)
    {
        Utf8Formatter.TryFormat(value, _output.GetSpan(20), out var written);
        _output.Advance(written);
    }

    private void Formattable<T>(T value)
        where T : IUtf8SpanFormattable
    {
        value.TryFormat(_output.GetSpan(32), out var written, "R", CultureInfo.InvariantCulture);
        _output.Advance(written);
    }

    // Reasons name symbols of the target's files and values are its own: they may hold anything.
    private void Utf8(string text)
    {
        _scratch.ResetWrittenCount();
        _scratch.Advance(Encoding.UTF8.GetBytes(text, _scratch.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length))));
        TextEscaper.Write(_output, _scratch.WrittenSpan, quoted: false);
    }

    private Shape ShapeOf(Emission emission)
    {
        if (emission.Index >= _shapes.Length)
            Array.Resize(ref _shapes, Math.Max(emission.Index + 1, _shapes.Length * 2));
        return _shapes[emission.Index] ??= new Shape(emission);
    }

    /// <summary>What all lines of an emission have in common, worked out at the first.</summary>
    private sealed class Shape
    {
        private readonly byte[] _name;

        // Providers, names and parameters' names are bytes of the target's file: no terminal shall obey them.
        public Shape(Emission emission)
        {
            _name = Escaped(emission.ProbeName);
            ValueNames = [.. emission.Values.Select(v => Escaped(v.Name))];
            HasStack = emission.Values.Any(v => v.Expression.Type is StackType);
            HasPlace = emission.Values.Count(v => PlaceNames.Contains(v.Name)) == 3;
        }

        public ReadOnlySpan<byte> Name => _name;

        /// <summary>The names of the values, in their order.</summary>
        public byte[][] ValueNames { get; }

        public bool HasPlace { get; }

        public bool HasStack { get; }

        private static byte[] Escaped(string text) => Encoding.UTF8.GetBytes(TextEscaper.Escape(text));
    }
}

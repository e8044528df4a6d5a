using System.Text;
using Tracer.Core.Events;
using Tracer.Core.Expressions;
using Tracer.Core.Pictures;
using Tracer.Core.Plans;
using Tracer.Core.Records;
using Tracer.Core.Stacks;
using Tracer.Core.Targets;
using Tracer.Elf;
using Tracer.Output;
using Tracer.Output.Json;
using Tracer.Output.Text;
using Tracer.Runtimes.Python;
using Tracer.Runtimes.Python.Pictures;
using Tracer.Testing;

namespace Tracer.Fuzz.Targets;

/// <summary>Records of events from the ring buffer: what is well-formed is printed in both formats, whatever its slots say.</summary>
public sealed class RecordTarget : FuzzTarget, IDisposable
{
    private readonly Emission[] _emissions;
    private readonly TargetProcess _target;

    /// <summary>Makes the events.</summary>
    public RecordTarget()
    {
        var module = new TargetModule("/opt/app", "/opt/app", 0, ElfTarget.Sample(ElfClass.Elf64).BuildImage());
        _target = new TargetProcess(4312, new HostileMemory(new byte[512], true), [module]);
        var version = PythonSamples.Versions[6];
        var pictures = new PythonPictures(version, PythonLayout.ForVersion(version)!);
        var integer = Build.Constant(0, IntegerType.Int32);
        var text = Build.CString(Build.Constant(0));
        _emissions =
        [
            Emissions.Make("app", "numbers", module, [("a", integer), ("b", Build.Constant(0)), ("c", new FloatExpression(Build.Constant(0), FloatType.Double)), ("d", new FloatExpression(Build.Constant(0), FloatType.Single))]),
            Emissions.Make("python", "function__entry", module, [("filename", text), ("funcname", text), ("lineno", integer)]),
            Emissions.Make("app", "stack", module, [("stack", new StackExpression(2048)), ("x", text)]),
            Emissions.Make("app", "picture", module, [("value", pictures.Value(Build.Constant(0x1000))), ("y", integer)]),
        ];
    }

    /// <inheritdoc/>
    public void Dispose() => _target.Dispose();

    /// <inheritdoc/>
    public override string Name => "records";

    /// <inheritdoc/>
    public override int Count => 3_000;

    /// <inheritdoc/>
    public override int MaximumLength => 8 << 10;

    /// <inheritdoc/>
    public override long AllocationLimit(int length) => (512L * length) + (16 << 20);

    /// <inheritdoc/>
    public override IEnumerable<byte[]> Seeds => _emissions.SelectMany((e, k) => (byte[][])
    [
        [(byte)k, .. Emissions.Record(e, [.. e.Values.Select((_, i) => ((ulong)i * 77, (Charset)(i % 4), Enumerable.Range(0, 320).Select(b => (byte)(b * 7)).ToArray()))], "worker"u8)],
    ]);

    /// <inheritdoc/>
    public override void Run(byte[] input, Outcome outcome)
    {
        if (input.Length == 0)
            return;
        var emission = _emissions[input[0] % _emissions.Length];
        var bytes = input.AsSpan(1);
        outcome.Add($"{EventRecord.EmissionIndexOf(bytes) >= 0}");
        var isWhole = EventRecord.IsWellFormed(emission, bytes);
        outcome.Add($"{isWhole}");
        if (!isWhole)
            return;
        var record = new EventRecord(emission, bytes);
        using var json = new MemoryStream();
        using var text = new MemoryStream();
        using var stacks = new StackNames(new FakeKernel(), _target);
        var pictures = new PictureReaders(_target.Memory);
        var readers = new Readers(new ProcessReaders(stacks, pictures));
        using (var output = new JsonOutput(new OutputBuffer(json)) { Readers = readers })
        {
            output.OnEvent(record);
            output.OnBatchEnd();
        }

        var plain = new TextOutput(new OutputBuffer(text), TextWriter.Null, colour: false, verbose: false) { Readers = readers };
        plain.OnEvent(record);
        plain.OnBatchEnd();
        if (OutputChecks.Lines(json.ToArray()).Count != 1)
            throw new InvalidOperationException("An event is not one line of JSON.");
        OutputChecks.Harmless(Encoding.UTF8.GetString(text.ToArray()));
        var copied = new TraceEvent(record, new WallClock(), new StackWalker(_target.Code, _target.Memory), pictures);
        foreach (var value in copied.Values)
        {
            outcome.Add($"{value.Type} {value.Status} {value.IsLate}");
            if (value.ToString().Length == 0 && value.Type is not (TextType or StackType or PictureType))
                throw new InvalidOperationException($"{value.Name} says nothing.");
        }
    }

    private sealed class Readers(ProcessReaders readers) : IReaderSource
    {
        public ProcessReaders Target => readers;

        public ProcessReaders Of(int processId, ulong time) => readers;
    }
}

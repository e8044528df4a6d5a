using System.Runtime.CompilerServices;
using System.Text.Json;
using Tracer.Core.Backends;
using Tracer.Core.Expressions;
using Tracer.Core.Pictures;
using Tracer.Core.Plans;
using Tracer.Core.Probes;
using Tracer.Core.Records;
using Tracer.Core.Targets;
using Tracer.Linux;
using Tracer.Ptrace;
using Tracer.Runtimes.Python;
using Tracer.Testing;
using Tracer.Uprobes;

namespace Tracer.Runtimes.Tests.Python;

/// <summary>Traces native-tests/python/arguments.py, which prints the repr() of its own arguments, variables and results.</summary>
public sealed class ArgumentTests
{
    private static readonly (string Probe, string Parameter)[] Asked = [("function__entry", "args"), ("function__return", "locals"), ("function__return", "value")];

    public static TheoryData<string, string> Cases() => [.. from build in Pythons.NamesWithPydebug from backend in new[] { "ebpf", "ptrace" } select (build, backend)];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Arguments_variables_and_results_are_what_the_program_says(string name, string backendName)
    {
        var build = Pythons.Get(name);
        Assert.SkipWhen(build.Missing is not null, build.Missing ?? "");
        using var target = build.Start(Script());
        Assert.Equal($"ready {target.Pid}", target.ReadLine(TimeSpan.FromSeconds(60)));
        using var process = new TargetOpener(LinuxSystemCalls.Instance).Open(target.Pid);
        var catalog = ProbeCatalog.Load(process.Modules, [new PythonRuntime()]);
        var programs = Asked.GroupBy(a => a.Probe).Select(g => Program(catalog.Probes.Single(p => p.FullName == $"python:{g.Key}"), [.. g.Select(a => a.Parameter)])).ToArray();
        IProbeBackend backend = backendName == "ebpf" ? new EbpfBackend() : new PtraceBackend(LinuxSystemCalls.Instance);
        var plan = PlanBuilder.Build(process, programs);
        var sink = new PictureSink(new PictureReaders(process.Memory));
        await using var attachment = await backend.AttachAsync(plan, sink, TestContext.Current.CancellationToken);
        target.WriteLine();
        var told = Read(target.ReadLine(TimeSpan.FromSeconds(60)));
        await attachment.StopAsync();
        Assert.All(plan.Emissions, e => Assert.Equal(0UL, attachment.LostEvents(e.Index)));

        foreach (var kind in new[] { "args", "locals", "value" })
        {
            var expected = told.Where(t => t.Kind == kind).ToArray();
            var functions = expected.Select(t => t.Function).ToHashSet();
            var seen = sink.Seen.Where(s => s.Kind == kind && functions.Contains(s.Function)).ToArray();
            Assert.Equal(expected.Select(Text), seen.Select(Text));
            // What the picture did not have room for was read later: of things that are only named. 2.7 has the module of every class in a table without order.
            if (build.Major >= 3)
                Assert.All(seen.Where(s => s.IsLate), s => Assert.Contains(s.Items, i => i.Value.Contains('<')));
            Assert.True(seen.Count(s => !s.IsLate) >= seen.Length / 2);
        }
    }

    private static ProbeProgram Program(Probe probe, string[] parameters) => new(probe)
    {
        Values = [.. probe.Parameters.Select((p, k) => new PlannedValue(p.Name, new ParameterExpression(k, p.Type))).Where(v => v.Name is "filename" or "funcname" || parameters.Contains(v.Name))],
    };

    // Variables have no order that the versions agree on.
    private static string Text(Told t) =>
        $"{t.Function}({string.Join(", ", (t.Kind == "locals" ? t.Items.OrderBy(i => i.Name, StringComparer.Ordinal) : t.Items.AsEnumerable()).Select(i => $"{i.Name}={i.Value}"))})";

    private static List<Told> Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        return
        [
            .. document.RootElement.EnumerateArray().Select(t => new Told(
                t[0].GetString()!, t[1].GetString()!, [.. t[2].EnumerateArray().Select(p => new PictureItem(p[0].GetString(), p[1].GetString()!))], false)),
        ];
    }

    private static string Script([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", "..", "native-tests", "python", "arguments.py"));

    private sealed record Told(string Kind, string Function, IReadOnlyList<PictureItem> Items, bool IsLate);

    private sealed class PictureSink(PictureReaders readers) : IEventSink
    {
        public List<Told> Seen { get; } = [];

        public void OnEvent(in EventRecord record)
        {
            var (file, function) = ("", "");
            foreach (var value in record)
            {
                if (value.Planned.Name == "filename")
                    file = System.Text.Encoding.UTF8.GetString(value.TextBytes);
                else if (value.Planned.Name == "funcname")
                    function = System.Text.Encoding.UTF8.GetString(value.TextBytes);
                else if (value.Planned.Expression.Type is PictureType && file.EndsWith("arguments.py", StringComparison.Ordinal))
                    Add(value, function);
            }
        }

        public void OnBatchEnd()
        {
        }

        private void Add(ValueRecord value, string function)
        {
            var content = readers.Read(value);
            Seen.Add(new Told(value.Planned.Name, function, [.. content.Items.Select(i => new PictureItem(i.Name ?? "", i.Value))], content.IsLate));
        }
    }
}

using Tracer.Core.Binding;
using Tracer.Core.Probes;
using Tracer.Runtimes.Python;
using Tracer.Testing;

namespace Tracer.Runtimes.Tests.Python;

public sealed class RecognitionTests
{
    private readonly PythonRuntime _runtime = new();

    private static readonly string[] Synthesised =
    [
        "python:function__entry(filename: string, funcname: string, lineno: int32)",
        "python:function__return(filename: string, funcname: string, lineno: int32)",
        "python:generator__resume(filename: string, funcname: string, lineno: int32)",
        "python:generator__yield(filename: string, funcname: string, lineno: int32)",
        "python:exception__raised(type: string, message: string, filename: string, lineno: int32)",
        "python:exception__caught(type: string, message: string, filename: string, lineno: int32)",
    ];

    private static readonly string[] SynthesisedWithoutNotes =
    [
        "python:gc__start(generation: int32)",
        "python:gc__done(collected: int64)",
        "python:import__find__load__start(modulename: string)",
        "python:import__find__load__done(modulename: string, found: int32)",
    ];

    public static TheoryData<string> Builds() => [.. Pythons.Names];

    [Theory]
    [MemberData(nameof(Builds))]
    public void Every_build_gets_the_probes_that_its_notes_lack_and_all_but_audit_and_line_are_ready(string name)
    {
        var build = Pythons.Get(name);
        Assert.SkipWhen(build.Missing is not null, build.Missing ?? "");
        var probes = Probes(build.Library, out var description);
        Assert.StartsWith($"CPython {build.Feature}.", description);
        var hasNotes = build.Name.Contains("sid", StringComparison.Ordinal) || build.Name.Contains("debian", StringComparison.Ordinal);
        Assert.Equal(
            [.. Synthesised, .. hasNotes ? [] : SynthesisedWithoutNotes],
            probes.Where(p => p.Source == ProbeSource.Synthesised && p.Name is not ("audit" or "line")).Select(p => p.ToString()));
        Assert.All(probes.Where(p => p.Name is not ("audit" or "line")), p => Assert.Null(p.DormantReason));
        // Only 3.11 has had notes for it.
        Assert.Equal(build.Name == "3.11-debian", Assert.Single(probes, p => p.Name == "line").DormantReason is null);
        if (hasNotes || build.IsAtLeast(3, 8))
            Assert.Equal(hasNotes, Assert.Single(probes, p => p.Name == "audit").DormantReason is null);
        else
            Assert.DoesNotContain(probes, p => p.Name == "audit");
        Assert.Equal(probes.Count, probes.Select(p => p.Name).Distinct().Count());
        foreach (var site in probes.Where(p => p.Source == ProbeSource.Synthesised).SelectMany(p => p.Sites))
            TestContext.Current.SendDiagnosticMessage($"{name}: {site.Location} if {site.Guard}");
    }

    [Fact]
    public void Debian_3_11_has_the_documented_probes_with_names_and_types()
    {
        Assert.SkipWhen(Pythons.Get("3.11-debian").Missing is not null, "There is no Debian python3.11.");
        var probes = Probes(Pythons.Get("3.11-debian").Library, out var description);
        Assert.Equal("CPython 3.11.2", description);
        Assert.Equal(
        [
            "python:audit(event: string, args: uint64)",
            "python:gc__done(collected: int64)",
            "python:gc__start(generation: int32)",
            "python:import__find__load__done(modulename: string, found: int32)",
            "python:import__find__load__start(modulename: string)",
            "python:line(filename: string, funcname: string, lineno: int32)",
        ], probes.Where(p => p.Source == ProbeSource.Usdt).Select(p => p.ToString()).Order(StringComparer.Ordinal));
        Assert.All(probes, p => Assert.All(p.Sites, s => Assert.Equal(p.Parameters.Select(a => a.Type), s.Arguments.Select(a => a.Type))));
    }

    // A build without the table cannot be had; this one does not run, but its notes are as they were.
    [Fact]
    public void Where_the_evaluation_loop_is_not_found_the_notes_are_used_and_woken()
    {
        Assert.SkipWhen(Pythons.Get("3.11-debian").Missing is not null, "There is no Debian python3.11.");
        var path = Path.Combine(Path.GetTempPath(), $"python3.11-{Guid.NewGuid():n}");
        var bytes = File.ReadAllBytes(Pythons.Get("3.11-debian").Library);
        var module = Interpreters.Open(Pythons.Get("3.11-debian").Library, out var file);
        using (file)
        {
            var table = Assert.Single(DispatchTable.Find(module.Image, PythonOpcodes.ForVersion(PythonVersionReader.Read(module.Image)!)!));
            Assert.True(module.Image.AddressMap.TryGetFileOffset(table.Address, out var offset));
            bytes.AsSpan((int)offset, 256 * 8).Clear();
        }

        try
        {
            File.WriteAllBytes(path, bytes);
            var probes = Probes(path, out _);
            var entry = Assert.Single(probes, p => p.Name == "function__entry");
            Assert.Equal(ProbeSource.Usdt, entry.Source);
            Assert.Equal(probes.Single(p => p.Name == "line").Sites[0].Semaphore, Assert.Single(entry.Activations).Semaphore);
            Assert.NotEqual(entry.Sites[0].Location, entry.Activations[0].Idle);
            Assert.Contains("semaphore", entry.Note);
            Assert.Contains("table of handlers", probes.Single(p => p.Name == "generator__resume").DormantReason);
            Assert.Contains("table of handlers", probes.Single(p => p.Name == "exception__caught").DormantReason);
            Assert.Null(probes.Single(p => p.Name == "exception__raised").DormantReason);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_library_that_only_imports_the_interpreter_is_not_one()
    {
        var extension = Directory.EnumerateFiles(Path.Combine(Interpreters.Folder("3.10"), "lib/python3.10/lib-dynload"), "_json*.so").First();
        var module = Interpreters.Open(extension, out var file);
        using (file)
            Assert.Null(_runtime.Recognise(module));
    }

    [Theory]
    [InlineData("3.6")]
    [InlineData("3.7")]
    [InlineData("3.8")]
    [InlineData("3.9")]
    [InlineData("3.10")]
    public void Exits_are_cheap_instructions_but_for_the_path_of_too_deep_recursion(string feature)
    {
        var sites = Probes(Interpreters.Library(feature), out _).Single(p => p.Name == "function__return").Sites;
        Assert.InRange(sites.Count, 1, 3);
        var file = File.ReadAllBytes(Interpreters.Library(feature));
        var opcodes = sites.Select(s => file[s.Location.FileOffset]).ToArray();
        Assert.DoesNotContain((byte)0xc3, opcodes); // ret
        Assert.Contains(opcodes, o => o is 0xe8 or 0xe9 or 0xeb); // call and jmp
    }

    private IReadOnlyList<Probe> Probes(string library, out string description)
    {
        var module = Interpreters.Open(library, out var file);
        using (file)
        {
            var found = _runtime.Recognise(module);
            Assert.NotNull(found);
            description = found.Description;
            // Those of instances, threads and locks are LivesTests'.
            return [.. found.FindProbes(NoteProbes.Read(module, [])).Where(p => !LivesTests.Names.Contains(p.Name))];
        }
    }
}

using Tracer.Core.Binding;
using Tracer.Core.Probes;
using Tracer.Runtimes.Python;

namespace Tracer.Runtimes.Tests.Python;

public sealed class RecognitionTests
{
    private readonly PythonRuntime _runtime = new();

    [Theory]
    [InlineData("3.6")]
    [InlineData("3.7")]
    [InlineData("3.8")]
    [InlineData("3.9")]
    [InlineData("3.10")]
    public void A_build_of_3_6_to_3_10_without_notes_gets_entry_and_return(string feature)
    {
        var probes = Probes(feature, out var description);
        Assert.StartsWith($"CPython {feature}.", description);
        Assert.Equal(["python:function__entry(filename: string, funcname: string, lineno: int32)",
            "python:function__return(filename: string, funcname: string, lineno: int32)"], probes.Select(p => p.ToString()));
        Assert.All(probes, p => Assert.Null(p.DormantReason));
        Assert.All(probes, p => Assert.Equal(ProbeSource.Synthesised, p.Source));
    }

    [Theory]
    [InlineData("2.7")]
    [InlineData("3.11")]
    [InlineData("3.12")]
    [InlineData("3.13")]
    public void Other_versions_are_recognised_and_say_that_they_are_not_supported_yet(string feature)
    {
        var probes = Probes(feature, out var description);
        Assert.StartsWith($"CPython {feature}.", description);
        Assert.Equal(["python:function__entry", "python:function__return"], probes.Select(p => p.FullName));
        Assert.All(probes, p => Assert.StartsWith($"not supported yet for CPython {feature}.", p.DormantReason));
        Assert.All(probes, p => Assert.Empty(p.Sites));
    }

    [Fact]
    public void Debian_3_11_has_the_documented_probes_with_names_and_types()
    {
        var probes = Probes("3.11-debian", out var description);
        Assert.Equal("CPython 3.11.2", description);
        Assert.Equal(
        [
            "python:audit(event: string, args: uint64)",
            "python:function__entry(filename: string, funcname: string, lineno: int32)",
            "python:function__return(filename: string, funcname: string, lineno: int32)",
            "python:gc__done(collected: int64)",
            "python:gc__start(generation: int32)",
            "python:import__find__load__done(modulename: string, found: int32)",
            "python:import__find__load__start(modulename: string)",
            "python:line(filename: string, funcname: string, lineno: int32)",
        ], probes.Select(p => p.ToString()).Order(StringComparer.Ordinal));
        Assert.All(probes, p => Assert.Null(p.DormantReason));
        Assert.All(probes, p => Assert.All(p.Sites, s => Assert.Equal(p.Parameters.Select(a => a.Type), s.Arguments.Select(a => a.Type))));
        var entry = probes.Single(p => p.Name == "function__entry");
        var activation = Assert.Single(entry.Activations);
        Assert.Equal(probes.Single(p => p.Name == "line").Sites[0].Semaphore, activation.Semaphore);
        Assert.NotEqual(entry.Sites[0].Location, activation.Idle);
        Assert.Contains("semaphore", entry.Note);
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
        var sites = Probes(feature, out _).Single(p => p.Name == "function__return").Sites;
        Assert.InRange(sites.Count, 1, 3);
        var file = File.ReadAllBytes(Interpreters.Library(feature));
        var opcodes = sites.Select(s => file[s.Location.FileOffset]).ToArray();
        Assert.DoesNotContain((byte)0xc3, opcodes); // ret
        Assert.Contains(opcodes, o => o is 0xe8 or 0xe9 or 0xeb); // call and jmp
    }

    private IReadOnlyList<Probe> Probes(string feature, out string description)
    {
        var module = Interpreters.Open(Interpreters.Library(feature), out var file);
        using (file)
        {
            var found = _runtime.Recognise(module);
            Assert.NotNull(found);
            description = found.Description;
            return found.FindProbes(NoteProbes.Read(module, []));
        }
    }
}

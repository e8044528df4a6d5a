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
        foreach (var site in probes[1].Sites)
            TestContext.Current.SendDiagnosticMessage($"{feature} {site.Location} {site.Restore!.Key}");
        Assert.Fail(string.Join("\n", probes.SelectMany(p => p.Sites).Select(s => $"{s.Location} 0x{s.Location.ImageAddress:x} {s.Restore?.Key} {s.Arguments[2]}")));
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

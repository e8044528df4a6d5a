using Tracer.Core.Targets;
using Tracer.Elf;
using Tracer.Runtimes.Python;
using Tracer.Testing;

namespace Tracer.Runtimes.Tests.Python;

/// <summary>Damaged interpreters give fewer probes and more reasons, never an exception or an endless search.</summary>
public sealed class HostileCodeTests
{
    // What probes are found by, behind the headers, whose damage is the image reader's to meet.
    private static readonly string[] Sections = [".eh_frame_hdr", ".eh_frame", ".rela.dyn", ".rela.plt", ".dynsym", ".gnu.hash", ".plt", ".text", ".data.rel.ro", ".data"];

    [Theory]
    [InlineData("2.7-stripped")]
    [InlineData("3.13-stripped")]
    [InlineData("3.14-sid")]
    public void Mutated_interpreters_are_searched_without_harm(string name)
    {
        var build = Pythons.Get(name);
        Assert.SkipWhen(build.Missing is not null, build.Missing ?? "");
        var original = File.ReadAllBytes(build.Library);
        Assert.True(ElfImage.TryParse(original, out var whole, out _));
        var (ready, dormant) = DamagedFile.Search(
            original, DamagedFile.In(whole!, Sections), 3000, 100, image => new PythonRuntime().Recognise(new TargetModule("/nowhere/" + Path.GetFileName(build.Library), "/nowhere", 0, image))?.FindProbes([]));
        // Both happened, so that it was the search that met the damage.
        TestContext.Current.SendDiagnosticMessage($"{name}: {ready} ready, {dormant} dormant");
        Assert.True(ready > 30 && dormant > 100, $"{ready} ready, {dormant} dormant");
    }
}

using System.Diagnostics;
using CsCheck;
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
        var places = Gen.OneOf([.. Sections.Select(s => (Is: whole!.TryFindSection(s, out var at), At: at)).Where(s => s.Is)
            .Select(s => Gen.Int[(int)s.At.FileOffset, (int)(s.At.FileOffset + s.At.Size) - 1])]);
        var mutation = Gen.Select(places, Gen.OneOf(Gen.Byte, Gen.Const((byte)0), Gen.Const((byte)0xff)));
        var (ready, dormant) = (0, 0);
        mutation.Array[1, 3000].Sample(mutations =>
        {
            var bytes = (byte[])original.Clone();
            foreach (var (place, value) in mutations)
                bytes[place] = value;
            if (!ElfImage.TryParse(bytes, out var image, out _))
                return true;
            var started = Stopwatch.StartNew();
            var probes = new PythonRuntime().Recognise(new TargetModule("/nowhere/" + Path.GetFileName(build.Library), "/nowhere", 0, image))?.FindProbes([]) ?? [];
            Assert.All(probes, p => Assert.True(p.Sites.Count > 0 != p.DormantReason is not null));
            (ready, dormant) = (ready + probes.Count(p => p.DormantReason is null), dormant + probes.Count(p => p.DormantReason is not null));
            return started.Elapsed < TimeSpan.FromSeconds(20);
        }, iter: 100, threads: 1);
        // Both happened, so that it was the search that met the damage.
        TestContext.Current.SendDiagnosticMessage($"{name}: {ready} ready, {dormant} dormant");
        Assert.True(ready > 30 && dormant > 100, $"{ready} ready, {dormant} dormant");
    }
}

using CsCheck;
using Tracer.Core.Targets;
using Tracer.Elf;
using Tracer.Runtimes.Python;
using Tracer.Testing;

namespace Tracer.Runtimes.Tests.Python;

/// <summary>Damaged interpreters give dormant probes with a reason, never an exception or an endless search.</summary>
public sealed class HostileInterpreterTests
{
    private static readonly string[] Read =
    [
        "PyThreadState_Get", "PyTraceBack_Here", "PyGC_Collect", "PyImport_ImportModuleLevelObject", "PyImport_ImportModuleLevel", "PyImport_ReloadModule", "_PyImport_FindModule",
    ];

    [Theory]
    [InlineData("2.7-stripped")]
    [InlineData("3.10")]
    [InlineData("3.13-stripped")]
    public void Mutated_interpreters_are_read_without_harm(string name)
    {
        var build = Pythons.Get(name);
        Assert.SkipWhen(build.Missing is not null, build.Missing ?? "");
        var original = File.ReadAllBytes(build.Library);
        Assert.True(ElfImage.TryParse(original, out var image, out _));
        var places = Read.SelectMany(f => Places(image!, f)).ToArray();
        Assert.True(places.Length > 1000);
        int ready = 0, dormant = 0;
        var mutation = Gen.Select(Gen.Int[0, places.Length - 1], Gen.OneOf(Gen.Byte, Gen.Const((byte)0), Gen.Const((byte)0xff)));
        mutation.Array[1, 60].Sample(mutations =>
        {
            var bytes = (byte[])original.Clone();
            foreach (var (place, value) in mutations)
                bytes[places[place]] = value;
            Assert.True(ElfImage.TryParse(bytes, out var damaged, out _));
            var started = System.Diagnostics.Stopwatch.StartNew();
            // Not a known path: what is known of the undamaged build must not stand in.
            var probes = new PythonRuntime().Recognise(new TargetModule("/nowhere/libpython.so", "/nowhere/libpython.so", 0, damaged))!.FindProbes([]);
            Assert.All(probes, p => Assert.True(p.Sites.Count > 0 || p.DormantReason is not null));
            ready += probes.Count(p => p.DormantReason is null);
            dormant += probes.Count(p => p.DormantReason is not null && p.Name != "audit");
            return started.Elapsed < TimeSpan.FromSeconds(20);
        }, iter: 30, threads: 1);
        Assert.True(ready > 30 && dormant > 10, $"{ready} ready, {dormant} dormant");
    }

    private static IEnumerable<int> Places(ElfImage image, string function) =>
        image.DynamicSymbols!.TryFind(function, out var symbol) && image.AddressMap.TryGetFileOffset(symbol.Value, out var offset)
            ? Enumerable.Range((int)offset, (int)symbol.Size) : [];
}

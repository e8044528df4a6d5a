using CsCheck;
using Tracer.Core.Probes;
using Tracer.Core.Targets;
using Tracer.Elf;
using Tracer.Linux;
using Tracer.Runtimes.Native;

namespace Tracer.Runtimes.Tests.Native;

/// <summary>Damaged programs give fewer probes, never an exception or an endless search.</summary>
public sealed class HostileFileTests
{
    private static readonly string[] Specs =
        ["uprobe:*:choose", "uretprobe:*:*i*", "uprobe:*:scale", "uprobe:*:choose+9", "uprobe:*:calls.c:120", "uprobe:*:0x1500", "uprobe:*:nothere"];

    [Theory]
    [InlineData("calls-gcc-O2")]
    [InlineData("calls-clang-O1")]
    [InlineData("shapes-gcc-O1")]
    public void Mutated_programs_are_resolved_without_harm(string program)
    {
        var path = NativeFixture.PathOf(program);
        Assert.SkipUnless(File.Exists(path), $"{path} is not built: run eng/setup-tests.sh.");
        var original = File.ReadAllBytes(path);
        var found = 0;
        // Behind the headers, whose damage is the image reader's to meet.
        var mutation = Gen.Select(Gen.Int[0x400, original.Length - 1], Gen.OneOf(Gen.Byte, Gen.Const((byte)0), Gen.Const((byte)0xff)));
        mutation.Array[1, 200].Sample(mutations =>
        {
            var bytes = (byte[])original.Clone();
            foreach (var (place, value) in mutations)
                bytes[place] = value;
            if (!ElfImage.TryParse(bytes, out var image, out _))
                return true;
            var started = System.Diagnostics.Stopwatch.StartNew();
            using var probes = new NativeProbes(LinuxSystemCalls.Instance, [new TargetModule("/nowhere/calls", "/nowhere/calls", 0, image)]);
            foreach (var text in Specs)
            {
                Assert.True(ProbeSpec.TryParse(text, out var spec, out _));
                var resolution = probes.Resolve(spec);
                Assert.True(resolution.Probes.Count > 0 || resolution.Problem is not null);
                found += resolution.Probes.Count(p => p.Sites.Count > 0);
            }

            return started.Elapsed < TimeSpan.FromSeconds(20);
        }, iter: 300, threads: 1);
        Assert.True(found > 300, $"only {found} probes survived");
    }
}

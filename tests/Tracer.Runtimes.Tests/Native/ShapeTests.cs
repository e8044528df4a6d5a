using Tracer.Core.Probes;

namespace Tracer.Runtimes.Tests.Native;

/// <summary>Traces native-tests/native/shapes.cpp: methods, overloads, hidden references, functions left by an exception.</summary>
public sealed class ShapeTests
{
    // What the fixture calls it, the name a user writes, and what the mangled name of the one meant contains.
    private static readonly (string Printed, string Written, string Mangled)[] Functions =
    [
        ("area", "geometry::box::area", "4area"), ("grow", "geometry::box::grow", "4grow"), ("make", "geometry::box::make", "4make"),
        ("take", "geometry::take", "4take"), ("twin(int)", "geometry::twin", "4twinEi"), ("twin(double)", "geometry::twin", "4twinEd"),
        ("produce", "geometry::produce", "7produce"), ("risky", "geometry::risky", "5risky"), ("same", "_ZN8geometry4sameIiEET_S1_", "4same"),
    ];

    public static TheoryData<string, string> Programs() =>
    [
        .. from build in new[] { "gcc-O0", "gcc-O1", "gcc-O2", "gcc-O3", "gcc-O0-nopie", "gcc-O2-nopie", "gcc-O2-cet", "gcc-O2-fp", "gcc-O2-dwarf4", "gcc-O2-lto",
               "clang-O0", "clang-O1", "clang-O2", "clang-O3", "clang-O0-nopie", "clang-O2-nopie", "clang-O2-cet", "clang-O2-fp", "clang-O2-dwarf4", "clang-O2-lto" }
           from backend in new[] { "ebpf", "ptrace" }
           select (build, backend),
    ];

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Methods_and_overloads_are_found_and_their_values_are_what_the_program_prints(string build, string backend)
    {
        var program = $"shapes-{build}";
        using var fixture = new NativeFixture(program);
        var probes = new Dictionary<(string, string), Probe>();
        foreach (var (printed, written, mangled) in Functions)
        {
            foreach (var (kind, provider) in new[] { ("call", "uprobe"), ("return", "uretprobe") })
            {
                if (fixture.Resolve($"{provider}:{program}:{written}").Probes.FirstOrDefault(p => p.Function!.Contains(mangled, StringComparison.Ordinal)) is { Sites.Count: > 0 } probe)
                    probes.Add((kind, printed), probe);
            }
        }

        var (events, lines, _) = await fixture.Trace(backend, [.. probes.Values], rounds: 5);
        fixture.Finish();
        var said = new PrintedCalls(lines);
        var missing = new HashSet<string>();
        foreach (var ((kind, function), probe) in probes)
        {
            // Equal functions may have been folded into one (same<int> and twin(int)), whose hits nobody can tell apart.
            if (probe.Note?.Contains("also called", StringComparison.Ordinal) == true && build.Contains("lto", StringComparison.Ordinal))
                continue;
            var (printed, traced) = (said.Of(kind, function), events.Of(probe.FullName));
            Assert.True(printed.Count == traced.Count, $"{kind} {function}: {printed.Count} printed, {traced.Count} traced");
            for (var k = 0; k < printed.Count; k++)
            {
                foreach (var (name, expected) in printed[k])
                {
                    if (traced[k].TryGetValue(name, out var value) && value.Missing is null)
                        Assert.True(expected == value.Text, $"{kind} {function}[{k}] {name}: printed {expected}, traced {value.Text}");
                    else
                        missing.Add($"{kind} {function} {name}: {value.Missing ?? "no such parameter"}");
                }
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{build} {backend}: {probes.Count} of {Functions.Length * 2} probes, {missing.Count} values unavailable\n{string.Join('\n', missing)}");
        if (build.Contains("O0", StringComparison.Ordinal) || build.Contains("O1", StringComparison.Ordinal))
        {
            Assert.Equal(Functions.Length * 2, probes.Count);
            Assert.DoesNotContain(missing, m => backend == "ptrace" || !m.Contains("xmm", StringComparison.Ordinal));
        }
    }
}

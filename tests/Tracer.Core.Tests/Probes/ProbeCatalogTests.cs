using Tracer.Core.Probes;
using Tracer.Core.Runtimes;
using Tracer.Core.Targets;
using Tracer.Testing;
using Xunit;

namespace Tracer.Core.Tests.Probes;

/// <summary>A catalog makes what it is asked for, and no more.</summary>
public class ProbeCatalogTests
{
    [Fact]
    public void Families_that_nobody_asks_for_are_not_made()
    {
        var runtime = new Runtime();
        var module = new TargetModule("/app", "/app", 0, new ElfBuilder().BuildImage());
        var catalog = ProbeCatalog.Load([module], [runtime]);
        Assert.Empty(runtime.Made);
        Assert.Equal(["two:b"], catalog.Match(Spec("two:b")).Select(p => p.FullName));
        Assert.Empty(catalog.Match(Spec("one:c")));
        Assert.Equal(["two"], runtime.Made);
        Assert.Equal(["one:a", "two:a"], catalog.Match(Spec("*:a")).Select(p => p.FullName));
        Assert.Equal(["two", "one"], runtime.Made);
        Assert.Equal(["one:a", "two:a", "two:b", "three:a b"], catalog.Probes.Select(p => p.FullName));
        Assert.Equal(["two", "one", "three"], runtime.Made);
        Assert.Equal(catalog.Probes, catalog.Match(Spec("*:*")));
    }

    private static ProbeSpec Spec(string text) => ProbeSpec.TryParse(text, out var spec, out _) ? spec : throw new ArgumentException(text);

    private sealed class Runtime : IRuntime
    {
        public List<string> Made { get; } = [];

        public string Name => "fake";

        public IRuntimeModule? Recognise(TargetModule module) => new Module(this, module);
    }

    private sealed class Module(Runtime runtime, TargetModule module) : IRuntimeModule
    {
        public string Description => "fake";

        public IReadOnlyList<ProbeFamily> FindFamilies(IReadOnlyList<Probe> notes) => [Family("one", "a"), Family("two", "a", "b"), Family("three", "a b")];

        private ProbeFamily Family(string provider, params string[] names) => new(provider, names, () =>
        {
            runtime.Made.Add(provider);
            return [.. names.Select(n => new Probe(provider, n, module, ProbeSource.Synthesised, [], []))];
        });
    }
}

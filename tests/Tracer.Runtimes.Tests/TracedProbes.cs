using Tracer.Core.Backends;
using Tracer.Core.Plans;
using Tracer.Core.Probes;
using Tracer.Core.Runtimes;
using Tracer.Core.Targets;
using Tracer.Linux;
using Tracer.Ptrace;
using Tracer.Uprobes;

namespace Tracer.Runtimes.Tests;

/// <summary>Probes of a running program, armed by one backend.</summary>
internal sealed class TracedProbes : IAsyncDisposable
{
    private readonly TargetProcess _process;
    private readonly TracePlan _plan;
    private readonly IProbeAttachment _attachment;

    private TracedProbes(TargetProcess process, TracePlan plan, IProbeAttachment attachment) => (_process, _plan, _attachment) = (process, plan, attachment);

    /// <summary>Arms probes; all that are asked for must be there and ready. Skips the test where the backend cannot have them here.</summary>
    /// <param name="pid">The program.</param>
    /// <param name="backendName">ebpf or ptrace.</param>
    /// <param name="runtimes">The runtimes; none for the notes as they are.</param>
    /// <param name="specs">The probes, one each.</param>
    /// <param name="sink">Who is told.</param>
    public static async Task<TracedProbes> AttachAsync(int pid, string backendName, IReadOnlyList<IRuntime> runtimes, IReadOnlyList<string> specs, IEventSink sink)
    {
        var process = new TargetOpener(LinuxSystemCalls.Instance).Open(pid);
        try
        {
            var catalog = ProbeCatalog.Load(process.Modules, runtimes);
            var probes = specs.Select(s => Assert.Single(catalog.Match(ProbeSpec.TryParse(s, out var spec, out var error) ? spec : throw new InvalidOperationException(error)))).ToArray();
            Assert.All(probes, p => Assert.Null(p.DormantReason));
            var plan = PlanBuilder.Build(process, probes);
            IProbeBackend backend = backendName == "ebpf" ? new EbpfBackend() : new PtraceBackend(LinuxSystemCalls.Instance);
            var support = backend.Evaluate(plan);
            Assert.SkipUnless(support.IsSupported, $"{backendName}: {support.Reason}");
            return new TracedProbes(process, plan, await backend.AttachAsync(plan, sink, TestContext.Current.CancellationToken));
        }
        catch
        {
            process.Dispose();
            throw;
        }
    }

    /// <summary>Frames that were lost.</summary>
    public ulong LostFrames => _attachment.LostFrames;

    /// <summary>Takes them out; nothing may have been lost.</summary>
    public async Task StopAsync()
    {
        await _attachment.StopAsync();
        foreach (var emission in _plan.Emissions)
            Assert.Equal(0UL, _attachment.LostEvents(emission.Index));
    }

    public async ValueTask DisposeAsync()
    {
        await _attachment.DisposeAsync();
        _process.Dispose();
    }
}

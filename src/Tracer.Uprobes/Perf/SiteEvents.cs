using System.Diagnostics.CodeAnalysis;
using Tracer.Core.Plans;
using Tracer.Core.Probes;
using Tracer.Linux;

namespace Tracer.Uprobes.Perf;

/// <summary>
/// The events of a plan: one for each site and CPU that samples every process, and one for each activation.
/// </summary>
/// <remarks>
/// Events of single threads would spare other processes that run the same file, but then threads born later must inherit them, and the kernel opens the
/// inherited event in the context of the thread that is born: it reads the path at our address in the target's memory and asks for the target's privileges
/// (kernel/events/core.c, perf_uprobe_event_init). Measured on Linux 6.18: every pthread_create of the target fails, with EFAULT or EACCES. Besides, every event
/// is a handler of its own at the site: 8 threads on 2 CPUs made a hit three times as dear, and each of the 16 took 0.1 s to close.
/// </remarks>
internal sealed class SiteEvents(ISystemCallGate gate, ISystemCallGate breakpoints, TracePlan plan, CpuRings rings, UprobePmu pmu) : IDisposable
{
    private readonly List<SiteEvent> _events = [];
    private readonly List<OwnedDescriptor> _activations = [];
    private readonly Dictionary<ulong, SiteEvent> _byId = [];

    /// <summary>Bytes of stack that a sample holds, a multiple of 8; zero for none.</summary>
    public int StackBytes { get; init; }

    /// <summary>Finds the event of a sample.</summary>
    public bool TryFind(ulong id, [NotNullWhen(true)] out SiteEvent? siteEvent) => _byId.TryGetValue(id, out siteEvent);

    /// <summary>Opens all events, disabled.</summary>
    /// <exception cref="Core.Diagnostics.TracerException">One was refused.</exception>
    public void Open(CancellationToken cancellationToken)
    {
        foreach (var site in plan.Sites)
        {
            for (var k = 0; k < rings.Cpus.Count; k++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Open(site, k);
            }
        }

        foreach (var activation in plan.Activations)
            Open(activation);
    }

    /// <summary>Lets samples flow.</summary>
    /// <exception cref="Core.Diagnostics.TracerException">One could not be: its probe would seem never to fire.</exception>
    public void Enable()
    {
        foreach (var e in _events)
        {
            var result = gate.PerfEnable(e.Descriptor);
            if (result.IsError)
                throw PerfFailures.Open(EbpfFailures.NameOf(e.Site), e.Site.Location.Module.OpenPath, false, new KernelError(result.Error, "letting a probe fire"));
        }
    }

    /// <summary>From now on no hit costs the target more than its breakpoint.</summary>
    public void Disable()
    {
        foreach (var e in _events)
            gate.PerfDisable(e.Descriptor);
    }

    /// <summary>Settles the losses; the rings are empty.</summary>
    public void Settle()
    {
        foreach (var e in _events)
            e.Close();
    }

    /// <summary>What losses add to one of the plan's counters.</summary>
    public ulong Lost(int counter)
    {
        ulong sum = 0;
        foreach (var e in _events)
        {
            if (Concerns(e.Site, counter))
                sum += e.Lost;
        }

        return sum;
    }

    /// <summary>Takes the breakpoints out. The kernel waits about 0.1 s at each, one after the other, also for several threads.</summary>
    public void Dispose()
    {
        foreach (var e in _events)
            e.Dispose();
        foreach (var activation in _activations)
            activation.Dispose();
    }

    // A lost hit is lost for every event the site may have recorded, every frame it may have saved, and every action.
    private bool Concerns(PlannedSite site, int counter)
    {
        foreach (var clause in site.Clauses)
        {
            if (clause.Emission is { } emission && counter == CounterLayout.LostEvents(emission.Index))
                return true;
            if (clause.Save is not null && counter == plan.Counters.LostFrames)
                return true;
            if (clause is { Emission: null, Actions.Count: > 0 } && counter == plan.Counters.LostHits)
                return true;
        }

        return false;
    }

    private void Open(PlannedSite site, int index)
    {
        const int EveryProcess = -1;
        var attribute = rings.Attribute(PerfEventFlags.None);
        attribute.SamplePeriod = 1;
        attribute.SampleRegistersUser = SampleRegisters.Mask;
        if (StackBytes > 0)
        {
            attribute.SampleType |= PerfSampleFields.StackUser;
            attribute.SampleStackUser = (uint)StackBytes;
        }

        var module = site.Location.Module;
        var opened = breakpoints.PerfUprobeOpen(
            pmu, attribute, module.OpenPath, site.Location.FileOffset, checked((uint)(site.Semaphore?.FileOffset ?? 0)), atReturn: false, EveryProcess, rings.Cpus[index]);
        if (!opened.TryGet(out var descriptor, out var error))
            throw PerfFailures.Open(EbpfFailures.NameOf(site), module.Path, site.Semaphore is not null, error);
        Span<ulong> numbers = stackalloc ulong[3];
        var format = rings.TellsLosses ? numbers : numbers[..2];
        var read = gate.PerfRead(descriptor, format);
        var output = read.IsError ? read : gate.PerfSetOutput(descriptor, rings.Owners[index]);
        if (output.IsError)
        {
            descriptor.Dispose();
            throw PerfFailures.Open(EbpfFailures.NameOf(site), module.Path, false, new KernelError(output.Error, "connecting a probe with its ring"));
        }

        var siteEvent = new SiteEvent(gate, site, descriptor, rings.TellsLosses) { Id = numbers[1] };
        _events.Add(siteEvent);
        _byId[siteEvent.Id] = siteEvent;
    }

    private void Open(Activation activation)
    {
        // The first thread may have ended.
        int[] tids = [plan.Target.ProcessId, .. new ProcFs(gate).Tasks(plan.Target.ProcessId).TryGet(out var tasks) ? tasks : []];
        // It samples nothing: its breakpoint is what raises the semaphore.
        var attribute = rings.Attribute(PerfEventFlags.None);
        attribute.SampleType = PerfSampleFields.None;
        KernelError error = default;
        foreach (var tid in tids)
        {
            var opened = breakpoints.PerfUprobeOpen(
                pmu, attribute, activation.Idle.Module.OpenPath, activation.Idle.FileOffset, checked((uint)activation.Semaphore.FileOffset), false, tid, -1);
            if (opened.TryGet(out var descriptor, out error))
            {
                _activations.Add(descriptor);
                return;
            }

            if (error.Error != Errno.ESRCH)
                break;
        }

        throw PerfFailures.Open("A semaphore", activation.Idle.Module.Path, true, error);
    }
}

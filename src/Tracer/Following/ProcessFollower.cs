using Microsoft.Extensions.Logging;
using Tracer.Core.Backends;
using Tracer.Core.Diagnostics;
using Tracer.Core.Plans;
using Tracer.Core.Stacks;
using Tracer.Core.Targets;
using Tracer.Linux;
using Tracer.Logging;
using Tracer.Queries;
using Tracer.Sessions;

namespace Tracer.Following;

/// <summary>
/// Follows a process: what it forks goes on with its plans; what it executes and loads is looked at, planned and armed while the kernel lets it wait. Processes that run the same in the same places
/// share an image and its plans.
/// </summary>
internal sealed class ProcessFollower : IFamilyObserver, IAsyncDisposable
{
    // So many images without processes are kept armed: the next process may have one of them.
    private const int MostIdleImages = 4;

    private readonly TargetOpener _opener;
    private readonly ProcFs _proc;
    private readonly PlanRecipe _recipe;
    private readonly IProbeBackend _backend;
    private readonly SessionParts _parts;
    private readonly Func<TracePlan, EventCounter> _count;
    private readonly ILogger _logger;
    private readonly IProcessFamily _family;
    private readonly LoaderWatch _loaders;
    private readonly FollowedProcesses _processes;
    // Everything here is changed by the family's thread, and before that has begun by the one that begins; what is armed is also looked at by who lets events through.
    private readonly Lock _opening = new();
    private readonly List<FollowedImage> _images = [];
    private readonly Dictionary<string, KnownFiles> _known = [];
    private readonly List<Task> _stopping = [];
    private uint _lastImage;
    private ulong _gaps;
    private bool _isOpen;

    public ProcessFollower(
        ISystemCallGate gate, PlanRecipe recipe, IProbeBackend backend, IProcessFamily family, SessionParts parts, Func<TracePlan, EventCounter> count, ILogger logger)
    {
        (_recipe, _backend, _family, _parts, _count, _logger) = (recipe, backend, family, parts, count, logger);
        _opener = new TargetOpener(gate);
        _proc = new ProcFs(gate);
        _loaders = new LoaderWatch(family, _opener, logger);
        _processes = new FollowedProcesses(gate, _opener);
    }

    /// <summary>Ends when the last process has exited.</summary>
    public Task Completion => _family.Completion;

    /// <summary>How often processes ran on before it was known what to trace in them.</summary>
    public ulong Gaps => _gaps + _family.Gaps + _family.Lost;

    /// <summary>What reads the events of all processes.</summary>
    public IReaderSource Readers => _processes;

    /// <summary>Arms what there is in these processes, takes over what they were found to be, and begins to follow them.</summary>
    /// <exception cref="TracerException">It is not possible.</exception>
    public void Begin(IReadOnlyList<TargetProcess> roots)
    {
        var isAnyArmed = false;
        foreach (var target in roots)
        {
            var process = Begin(target.ProcessId);
            _processes.Become(process, target);
            process.Mapped = MappedFiles.Of(_proc, target.ProcessId);
            if (!_loaders.Observe(target))
                SessionLog.NoLoader(_logger, target.ProcessId);
            if (Plan(target) is not { } program)
                continue;
            isAnyArmed = true;
            Arm(process, program);
            Assign(process);
        }

        if (!isAnyArmed)
            SessionLog.Awaited(_logger, _recipe.Asked, string.Join(", ", roots.Select(r => r.ProcessId)));
        _family.Start(this);
    }

    /// <summary>Arms what there is in all processes that may be looked at, and begins to follow all.</summary>
    /// <exception cref="TracerException">It is not possible.</exception>
    public void BeginEverywhere()
    {
        // Those that are forked while the list is read are in the next; what they execute is told.
        for (var isNew = true; isNew;)
        {
            isNew = false;
            foreach (var processId in _proc.Processes().Where(p => p != Environment.ProcessId && !_processes.Contains(p)))
            {
                isNew = true;
                var process = Begin(processId);
                var mapped = MappedFiles.Of(_proc, processId);
                if (mapped is { Loader: { } loader })
                    _loaders.Observe(processId, loader);
                if (mapped is { Files.Length: > 0 })
                    Look(process, mapped);
                Assign(process);
            }
        }

        if (_images.Count == 0)
            SessionLog.Awaited(_logger, _recipe.Asked, "any");
        _family.Start(this);
    }

    private FollowedProcess Begin(int processId)
    {
        _family.Add(processId);
        return _processes.Add(new FollowedProcess(processId, 0));
    }

    private void Assign(FollowedProcess process)
    {
        if (process.Image is { } image)
            _family.Assign(process.ProcessId, image.Image.Number);
    }

    /// <summary>Lets the events of all that is armed through.</summary>
    public void Open()
    {
        SessionPart[] closed;
        lock (_opening)
        {
            _isOpen = true;
            closed = [.. _images.SelectMany(i => i.Parts)];
        }

        foreach (var part in closed)
            part.Open();
    }

    public void OnForked(int parentId, int childId, ulong time)
    {
        if (_processes.Current(parentId) is not { } parent)
            return;
        _processes.Add(parent.Fork(childId, time));
        if (parent.Image is not null)
            parent.Image.Processes++;
        SessionLog.Forked(_logger, childId, parentId);
    }

    public void OnExecuted(int processId, ulong time)
    {
        if (_processes.Current(processId) is { } before)
            Leave(before);
        var process = _processes.Add(new FollowedProcess(processId, time));
        if (MappedFiles.Of(_proc, processId) is not { } mapped)
            return;
        if (mapped.Loader is { } loader)
        {
            _loaders.Observe(processId, loader);
            return;
        }

        // Nobody says when a static program is loaded: it runs already.
        if (Look(process, mapped) is not 0 and var image)
        {
            _family.Assign(processId, image);
            _gaps++;
        }
    }

    public uint OnLibraries(int processId) => _processes.Current(processId) is { } process ? Look(process, MappedFiles.Of(_proc, processId)) : 0;

    public void OnExited(int processId)
    {
        if (_processes.Current(processId) is { } process)
            Leave(process);
        SessionLog.Exited(_logger, processId);
    }

    /// <summary>Follows no further: what is armed stays so.</summary>
    public ValueTask StopAsync() => _family.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _family.DisposeAsync().ConfigureAwait(false);
        await Task.WhenAll(_stopping).ConfigureAwait(false);
        _processes.Dispose();
    }

    /// <summary>Looks at what a process has mapped, arms what is new in it, and gives its image.</summary>
    private uint Look(FollowedProcess process, MappedFiles? mapped)
    {
        var processId = process.ProcessId;
        try
        {
            if (mapped is not null && mapped != process.Mapped)
            {
                process.Mapped = mapped;
                if (_known.TryGetValue(mapped.Files, out var known) && known.IsSettled)
                    Take(process, known.Image);
                else
                    Look(process, _opener.Open(processId, holdsMemory: true));
            }
        }
        catch (TracerException e) when (!_proc.Exists(processId) || e.Kind == FailureKind.NotPermitted && _recipe.IsForAll)
        {
            // It is gone; or of those that nobody asked for by name one may not be looked at.
        }
        catch (TracerException e)
        {
            _gaps++;
            SessionLog.NotFollowed(_logger, processId, e.Message);
        }

        return process.Image?.Image.Number ?? 0;
    }

    private void Look(FollowedProcess process, TargetProcess target)
    {
        var program = Plan(target);
        if (program is null && process.Image is null)
        {
            // No event will come from it.
            target.Dispose();
            Learn(process);
            return;
        }

        _processes.Become(process, target);
        if (program is null)
            return;
        Arm(process, program);
        Learn(process);
    }

    // What was found in two processes that have the same files in different places does not depend on the places: the next one is not looked at.
    private void Learn(FollowedProcess process)
    {
        var mapped = process.Mapped!;
        if (!_known.TryGetValue(mapped.Files, out var before))
            _known.Add(mapped.Files, new KnownFiles(mapped.Places, process.Image, false));
        else if (before.Image != process.Image)
            _known[mapped.Files] = new KnownFiles(mapped.Places, process.Image, false);
        else if (before.Places != mapped.Places)
            _known[mapped.Files] = before with { IsSettled = true };
    }

    private static void Take(FollowedProcess process, FollowedImage? image)
    {
        if (process.Image == image)
            return;
        if (process.Image is { } left)
            left.Processes--;
        process.Image = image;
        if (image is not null)
            image.Processes++;
    }

    // Of the process that the session begins with, all that is wrong is told; that nothing of what was asked for is there yet is not wrong.
    private TraceProgram? Plan(TargetProcess target)
    {
        try
        {
            return _recipe.Program(target, isPartial: true);
        }
        catch (TracerException e) when (e.Kind is FailureKind.NotFound or FailureKind.Unsupported)
        {
            return null;
        }
    }

    private void Arm(FollowedProcess process, TraceProgram program)
    {
        var target = process.Target!;
        var image = new ProcessImage(_family, _lastImage + 1);
        var plan = _recipe.Plans(target, program, image).For(_backend).Plan;
        Check(plan);
        var wanted = PlanIdentity.Of(plan);
        var now = process.Image;
        var chosen = now?.Allows(wanted) == true ? now : _images.FindLast(i => i.HasAll(wanted) && i.Allows(wanted)) ?? new FollowedImage(image);
        if (chosen.Image == image)
        {
            _lastImage++;
            AttachPart(chosen, program, plan);
            process.IsNeeded = true;
        }
        else if (!chosen.HasAll(wanted))
        {
            bool IsNew(Core.Probes.Probe probe) => wanted.ContainsKey(probe.Module) && !chosen.Has(probe.Module);
            var more = program with { Probes = [.. program.Probes.Where(IsNew)], Programs = [.. program.Programs.Where(p => IsNew(p.Probe))] };
            AttachPart(chosen, more, _recipe.Plans(target, more, chosen.Image).For(_backend).Plan);
            process.IsNeeded = true;
        }

        foreach (var (module, digest) in wanted)
            chosen.Add(module, digest);
        Take(process, chosen);
        SessionLog.Armed(_logger, process.ProcessId, program.Probes.Count);
    }

    private static void Check(TracePlan plan)
    {
        if (FrameChainPlanner.HasStackKeys(plan))
        {
            throw new TracerException(
                "ST0224", FailureKind.Usage, "Stacks cannot be keys where processes are followed.", "The same address is another function in another process.", "Leave --follow out, or ask for events with --stack.");
        }
    }

    private void AttachPart(FollowedImage image, TraceProgram program, TracePlan plan)
    {
        var support = _backend.Evaluate(plan);
        if (!support.IsSupported)
            throw new TracerException("ST0414", FailureKind.Unsupported, "What was asked for cannot be followed into other processes.", support.Reason, "Leave --follow out and trace each process by its id.");
        var counter = _count(plan);
        var attachment = _backend.AttachAsync(plan, counter, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        var part = new SessionPart(program, counter, attachment);
        if (!_parts.TryAdd(part))
        {
            attachment.DisposeAsync().AsTask().GetAwaiter().GetResult();
            return;
        }

        bool isOpen;
        lock (_opening)
        {
            // Together, so that nobody who lets events through finds the one without the other.
            if (!_images.Contains(image))
                _images.Add(image);
            image.Parts.Add(part);
            isOpen = _isOpen;
        }

        if (isOpen)
            part.Open();
    }

    private void Leave(FollowedProcess process)
    {
        _processes.End(process);
        if (process.Image is not { } image || --image.Processes > 0)
            return;
        var idle = _images.Where(i => i.Processes == 0).ToArray();
        foreach (var old in idle.Take(idle.Length - MostIdleImages))
        {
            lock (_opening)
                _images.Remove(old);
            foreach (var files in _known.Where(k => k.Value.Image == old).Select(k => k.Key).ToArray())
                _known.Remove(files);
            _stopping.RemoveAll(t => t.IsCompletedSuccessfully);
            _stopping.Add(old.StopAsync());
        }
    }

    /// <summary>What was found in processes that have certain files mapped.</summary>
    /// <param name="Places">Where they lie in one of them.</param>
    /// <param name="Image">The image; null when nothing of what was asked for is in them.</param>
    /// <param name="IsSettled">Whether it was found in another too, in which they lie elsewhere.</param>
    private sealed record KnownFiles(string Places, FollowedImage? Image, bool IsSettled);
}

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
internal sealed class ProcessFollower : IFamilyObserver, IReaderSource, IAsyncDisposable
{
    private readonly ISystemCallGate _gate;
    private readonly TargetOpener _opener;
    private readonly ProcFs _proc;
    private readonly PlanRecipe _recipe;
    private readonly IProbeBackend _backend;
    private readonly SessionParts _parts;
    private readonly Func<TracePlan, EventCounter> _count;
    private readonly ILogger _logger;
    private readonly IProcessFamily _family;
    // So many images without processes are kept armed: the next process may have one of them.
    private const int MostIdleImages = 4;

    // So many processes that are over are kept, whose last events may not have been read.
    private const int MostOver = 256;

    private readonly Lock _lock = new();
    private readonly List<FollowedImage> _images = [];
    private readonly Dictionary<int, List<FollowedProcess>> _processes = [];
    private readonly HashSet<(uint, uint, ulong)> _loaders = [];
    private readonly Queue<FollowedProcess> _over = [];
    private readonly Dictionary<string, KnownFiles> _known = [];
    private readonly List<Task> _stopping = [];
    private int _rootId;
    private uint _lastImage;
    private ulong _gaps;
    private bool _isOpen;
    private ProcessReaders? _none;

    public ProcessFollower(
        ISystemCallGate gate, PlanRecipe recipe, IProbeBackend backend, IProcessFamily family, SessionParts parts, Func<TracePlan, EventCounter> count, ILogger logger)
    {
        (_gate, _recipe, _backend, _family, _parts, _count, _logger) = (gate, recipe, backend, family, parts, count, logger);
        _opener = new TargetOpener(gate);
        _proc = new ProcFs(gate);
    }

    /// <summary>Ends when the last process has exited.</summary>
    public Task Completion => _family.Completion;

    /// <summary>How often processes ran on before it was known what to trace in them.</summary>
    public ulong Gaps => _gaps + _family.Gaps + _family.Lost;

    public ProcessReaders Target => Of(_rootId, 0);

    /// <summary>Arms what there is in these processes, takes over what they were found to be, and begins to follow them.</summary>
    /// <exception cref="TracerException">It is not possible.</exception>
    public void Begin(IReadOnlyList<TargetProcess> roots)
    {
        var isAnyArmed = false;
        foreach (var target in roots)
        {
            var process = Take(target.ProcessId);
            process.Become(target);
            process.Mapped = MappedFiles.Of(_proc, target.ProcessId);
            ObserveLoader(target, mustHave: true);
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
            foreach (var processId in _proc.Processes().Where(p => p != Environment.ProcessId && !_processes.ContainsKey(p)))
            {
                isNew = true;
                var process = Take(processId);
                if (LoaderOf(processId) is { } loader)
                    Observe(processId, loader);
                if (MappedFiles.Of(_proc, processId) is { Files.Length: > 0 })
                    Look(processId);
                Assign(process);
            }
        }

        if (_images.Count == 0)
            SessionLog.Awaited(_logger, _recipe.Asked, "any");
        _family.Start(this);
    }

    private FollowedProcess Take(int processId)
    {
        var process = new FollowedProcess(processId, 0);
        _family.Add(processId);
        lock (_lock)
            Add(process);
        if (_rootId == 0)
            _rootId = processId;
        return process;
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
        lock (_lock)
        {
            _isOpen = true;
            closed = [.. _images.SelectMany(i => i.Parts)];
        }

        foreach (var part in closed)
            part.Open();
    }

    public ProcessReaders Of(int processId, ulong time)
    {
        lock (_lock)
        {
            return _processes.TryGetValue(processId, out var lives) && (lives.FindLast(l => l.Since <= time) ?? lives[^1]).Readers(_gate, _opener) is { } readers
                ? readers
                : _none ??= FollowedProcess.NoReaders(_gate);
        }
    }

    public void OnForked(int parentId, int childId, ulong time)
    {
        lock (_lock)
        {
            if (Current(parentId) is not { } parent)
                return;
            Add(parent.Fork(childId, time));
            if (parent.Image is not null)
                parent.Image.Processes++;
        }

        SessionLog.Forked(_logger, childId, parentId);
    }

    public void OnExecuted(int processId, ulong time)
    {
        lock (_lock)
        {
            if (Current(processId) is { } before)
                Leave(before);
            Add(new FollowedProcess(processId, time));
        }

        if (LoaderOf(processId) is { } loader)
        {
            Observe(processId, loader);
            return;
        }

        // Nobody says when a static program is loaded: it runs already.
        if (Look(processId) is not 0 and var image)
        {
            _family.Assign(processId, image);
            _gaps++;
        }
    }

    public uint OnLibraries(int processId) => Look(processId);

    public void OnExited(int processId)
    {
        lock (_lock)
        {
            if (Current(processId) is { } process)
                Leave(process);
        }

        SessionLog.Exited(_logger, processId);
    }

    /// <summary>Follows no further: what is armed stays so.</summary>
    public ValueTask StopAsync() => _family.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _family.DisposeAsync().ConfigureAwait(false);
        await Task.WhenAll(_stopping).ConfigureAwait(false);
        foreach (var process in _processes.Values.SelectMany(p => p))
            process.Dispose();
    }

    /// <summary>Looks at what a process has mapped, arms what is new in it, and gives its image.</summary>
    private uint Look(int processId)
    {
        FollowedProcess? process;
        lock (_lock)
            process = Current(processId);
        if (process is null)
            return 0;
        try
        {
            if (MappedFiles.Of(_proc, processId) is { } mapped && mapped != process.Mapped)
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

        lock (_lock)
            process.Become(target);
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

    private void Take(FollowedProcess process, FollowedImage? image)
    {
        lock (_lock)
        {
            if (process.Image == image)
                return;
            if (process.Image is { } left)
                left.Processes--;
            process.Image = image;
            if (image is not null)
                image.Processes++;
        }
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
        FollowedImage chosen;
        lock (_lock)
        {
            var now = process.Image;
            chosen = now?.Allows(wanted) == true ? now : _images.FindLast(i => i.HasAll(wanted) && i.Allows(wanted)) ?? new FollowedImage(image);
        }

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

        lock (_lock)
        {
            foreach (var (module, digest) in wanted)
                chosen.Add(module, digest);
            if (!_images.Contains(chosen))
                _images.Add(chosen);
        }

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
        lock (_lock)
        {
            image.Parts.Add(part);
            isOpen = _isOpen;
        }

        if (isOpen)
            part.Open();
    }

    private void ObserveLoader(TargetProcess target, bool mustHave = false)
    {
        var isObserved = false;
        foreach (var loader in target.Modules.Where(m => IsLoader(m.Path)))
        {
            _loaders.Add(loader.File!.Value);
            isObserved |= _family.Observe(loader);
        }

        if (!isObserved && mustHave)
            SessionLog.NoLoader(_logger, target.ProcessId);
    }

    // One that was seen before is observed already, or cannot be.
    private void Observe(int processId, (uint, uint, ulong) loader)
    {
        if (_loaders.Contains(loader))
            return;
        try
        {
            using var target = _opener.Open(processId);
            ObserveLoader(target);
        }
        catch (TracerException e)
        {
            SessionLog.NotFollowed(_logger, processId, e.Message);
        }
    }

    private (uint, uint, ulong)? LoaderOf(int processId)
    {
        if (!_proc.Maps(processId).TryGet(out var map))
            return null;
        foreach (var entry in map.Entries)
        {
            if (entry.IsFile && IsLoader(entry.Path))
                return (entry.DeviceMajor, entry.DeviceMinor, entry.Inode);
        }

        return null;
    }

    // ld-linux-x86-64.so.2 of glibc, also by its version's name (ld-2.28.so); ld-musl-x86_64.so.1.
    private static bool IsLoader(string path) => Path.GetFileName(path.AsSpan()).StartsWith("ld-", StringComparison.Ordinal) || Path.GetFileName(path.AsSpan()).StartsWith("ld.so", StringComparison.Ordinal);

    private FollowedProcess? Current(int processId) => _processes.TryGetValue(processId, out var lives) && lives[^1] is { IsOver: false } last ? last : null;

    private void Add(FollowedProcess process)
    {
        if (!_processes.TryGetValue(process.ProcessId, out var lives))
            _processes.Add(process.ProcessId, lives = []);
        lives.Add(process);
    }

    private void Leave(FollowedProcess process)
    {
        process.IsOver = true;
        _over.Enqueue(process);
        while (_over.Count > MostOver)
            Forget(_over.Dequeue());
        if (process.Image is not { } image || --image.Processes > 0)
            return;
        var idle = _images.Where(i => i.Processes == 0).ToArray();
        foreach (var old in idle.Take(idle.Length - MostIdleImages))
        {
            _images.Remove(old);
            foreach (var files in _known.Where(k => k.Value.Image == old).Select(k => k.Key).ToArray())
                _known.Remove(files);
            _stopping.RemoveAll(t => t.IsCompletedSuccessfully);
            _stopping.Add(old.StopAsync());
        }
    }

    private void Forget(FollowedProcess process)
    {
        if (process.IsNeeded || process.ProcessId == _rootId)
            return;
        _processes[process.ProcessId].Remove(process);
        if (_processes[process.ProcessId].Count == 0)
            _processes.Remove(process.ProcessId);
        process.Dispose();
    }

    /// <summary>What was found in processes that have certain files mapped.</summary>
    /// <param name="Places">Where they lie in one of them.</param>
    /// <param name="Image">The image; null when nothing of what was asked for is in them.</param>
    /// <param name="IsSettled">Whether it was found in another too, in which they lie elsewhere.</param>
    private sealed record KnownFiles(string Places, FollowedImage? Image, bool IsSettled);
}

using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Tracer.Core.Aggregations;
using Tracer.Core.Backends;
using Tracer.Core.Diagnostics;
using Tracer.Core.Events;
using Tracer.Core.Execution;
using Tracer.Core.Probes;
using Tracer.Core.Stacks;
using Tracer.Core.Targets;
using Tracer.Following;
using Tracer.Linux;
using Tracer.Logging;
using Tracer.Overhead;
using Tracer.Ptrace;
using Tracer.Sessions;

namespace Tracer;

/// <summary>
/// A running trace of one process: made by <see cref="AttachAsync(int, TraceOptions, CancellationToken)"/> with all probes armed, read through <see cref="Events"/>, ended by
/// <see cref="StopAsync"/> or disposing, which leaves the target as it was found.
/// </summary>
public sealed class TraceSession : IAsyncDisposable
{
    private readonly int _processId;
    private readonly IDisposable[] _owned;
    private readonly SessionParts _parts;
    private readonly EventLimit _limit;
    private readonly ProcessFollower? _follower;
    private readonly IReaderSource _readers;
    private readonly Channel<TraceEvent>? _channel;
    private readonly IProbeBackend _backend;
    private readonly LaunchedProcess? _launched;
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly Task _watcher;
    private readonly OverheadGovernor? _governor;
    private TimeSpan? _duration;

    private TraceSession(
        int processId, SessionParts parts, EventLimit limit, Channel<TraceEvent>? channel, IProbeBackend backend, IReaderSource readers, Task ended, LaunchedProcess? launched,
        OverheadGovernor? governor, ProcessFollower? follower, params IDisposable[] owned)
    {
        _processId = processId;
        _parts = parts;
        _limit = limit;
        _channel = channel;
        _backend = backend;
        _readers = readers;
        _launched = launched;
        _governor = governor;
        _follower = follower;
        _owned = owned;
        _watcher = WatchAsync(ended);
    }

    /// <summary>The process traced, the first of several; 0 when all are.</summary>
    public int ProcessId => _processId;

    /// <summary>The backend in use: <c>ebpf</c>, <c>perf</c>, <c>ptrace</c>.</summary>
    public string Backend => _backend.Name;

    /// <summary>The probes that are armed; where processes are followed they may become more.</summary>
    public IReadOnlyList<Probe> Probes => _parts.Probes;

    /// <summary>The events as they come; ends when the target exits or the session is stopped. To be read by one reader.</summary>
    public IAsyncEnumerable<TraceEvent> Events => ReadAsync();

    /// <summary>
    /// Ends when there is nothing more to come: the target has exited or the limit of events is reached. Fails with the error that ended tracing.
    /// </summary>
    public Task Completion => _watcher;

    /// <summary>
    /// Waits for the end of the command that <see cref="LaunchAsync"/> started and returns its exit code, 128 plus the signal's number when a signal ended it;
    /// null at once for processes that were attached to. Disposing the session kills a command that still runs.
    /// </summary>
    public async Task<int?> WaitForLaunchedExitAsync(CancellationToken cancellationToken = default) =>
        _launched is null ? null : (await _launched.WaitForExitAsync(cancellationToken).ConfigureAwait(false)).ShellCode;

    /// <summary>Whether the process was started by <see cref="LaunchAsync"/>: disposing the session kills it when it still runs.</summary>
    public bool IsLaunched => _launched is not null;

    /// <summary>Whether native stacks are recorded or are keys: naming their frames opens files of the target while the session runs.</summary>
    public bool HasStacks => _parts.HasStacks;

    /// <summary>Names the frames of stacks; for the thread that gets the events, or after the last of them.</summary>
    public StackNames Stacks => _readers.Target.Stacks;

    /// <summary>Reads the values of events, those of other processes included that are followed; for the thread that gets the events.</summary>
    public IReaderSource Readers => _readers;

    /// <summary>Events delivered so far.</summary>
    public ulong DeliveredEvents => _parts.Delivered;

    /// <summary>Events that fired and were not delivered so far.</summary>
    public ulong LostEvents => _parts.Lost;

    /// <summary>What tracing has cost so far and how much of the time it was on; null when no bound was asked for.</summary>
    public OverheadReport? Overhead => _governor?.Report();

    /// <summary>Attaches to a running process and arms the probes.</summary>
    /// <param name="processId">The process.</param>
    /// <param name="options">What to trace.</param>
    /// <param name="cancellationToken">Gives up; nothing is left behind.</param>
    /// <exception cref="TracerException">An expected failure: no such process or probe, no permission, no support. The target is unharmed.</exception>
    public static async Task<TraceSession> AttachAsync(int processId, TraceOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        Check(options);
        return await StartAsync(processId, null, options.Allocations is null ? ProbeSelection.Parse(options.Probes) : [], options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Attaches to several running processes and follows them (<see cref="TraceOptions.Follow"/>).</summary>
    /// <param name="processIds">The processes.</param>
    /// <param name="options">What to trace.</param>
    /// <param name="cancellationToken">Gives up; nothing is left behind.</param>
    /// <exception cref="TracerException">An expected failure; the targets are unharmed.</exception>
    public static async Task<TraceSession> AttachAsync(IReadOnlyList<int> processIds, TraceOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(processIds);
        ArgumentNullException.ThrowIfNull(options);
        if (processIds.Count == 0)
            throw new TracerException("ST0101", FailureKind.NotFound, "There is no such process.");
        return await FollowAsync(processIds, options with { Follow = true }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Traces all processes that have what is asked for, also those that are started later, by whomever; what may not be looked at is left out. The session ends when it is stopped.
    /// </summary>
    /// <param name="options">What to trace.</param>
    /// <param name="cancellationToken">Gives up; nothing is left behind.</param>
    /// <exception cref="TracerException">An expected failure; nothing was changed.</exception>
    public static async Task<TraceSession> AttachToAllAsync(TraceOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return await FollowAsync([], options with { Follow = true }, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<TraceSession> FollowAsync(IReadOnlyList<int> processIds, TraceOptions options, CancellationToken cancellationToken)
    {
        Check(options);
        var specs = ProbeSelection.Parse(options.Probes);
        var gate = options.Gate ?? LinuxSystemCalls.Instance;
        var opener = new TargetOpener(gate);
        var targets = new List<TargetProcess>();
        try
        {
            foreach (var processId in processIds.Distinct())
            {
                TakeBack(gate, processId, options);
                targets.Add(opener.Open(processId, holdsMemory: true));
            }

            cancellationToken.ThrowIfCancellationRequested();
        }
        catch
        {
            targets.ForEach(t => t.Dispose());
            throw;
        }

        return await FollowAsync(targets, specs, null, options).ConfigureAwait(false);
    }

    /// <summary>
    /// Starts a command, stopped before its first own instruction and with its libraries loaded, arms the probes and lets it go. Its standard streams and
    /// its process group are this process's.
    /// </summary>
    /// <param name="command">The program, found by PATH, and its arguments.</param>
    /// <param name="options">What to trace.</param>
    /// <param name="cancellationToken">Gives up; the command is killed.</param>
    /// <exception cref="TracerException">An expected failure; the command is killed.</exception>
    public static async Task<TraceSession> LaunchAsync(IReadOnlyList<string> command, TraceOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        ArgumentNullException.ThrowIfNull(options);
        Check(options);
        var specs = ProbeSelection.Parse(options.Probes);
        if (command.Count == 0)
            throw new TracerException("ST0206", FailureKind.Usage, "There is no command to start.");
        var spawn = new SpawnOptions { Path = command[0], Arguments = [.. command.Skip(1)], Starter = options.Launch?.Starter, Environment = options.Launch?.Environment };
        var launched = await LaunchedProcess.StartAsync(options.Gate ?? LinuxSystemCalls.Instance, spawn, cancellationToken).ConfigureAwait(false);
        try
        {
            var session = await StartAsync(launched.ProcessId, launched, specs, options, cancellationToken).ConfigureAwait(false);
            launched.Resume();
            return session;
        }
        catch
        {
            launched.Dispose();
            throw;
        }
    }

    private static void Check(TraceOptions options)
    {
        if (options.MaximumOverhead is not (null or (> 0 and < 100)))
            throw new TracerException("ST0216", FailureKind.Usage, $"{options.MaximumOverhead} is no bound for the overhead.", "It is a percentage above 0 and below 100.");
        if (options is { Follow: true } and ({ MaximumOverhead: not null } or { EventsPerSecond: not null } or { Allocations: not null }))
            throw new TracerException("ST0223", FailureKind.Usage, "A bound on overhead or on the rate of events is kept for one process only.", null, "Leave it out, or --follow.");
    }

    private static async Task<TraceSession> StartAsync(
        int processId, LaunchedProcess? launched, IReadOnlyList<ProbeSpec> specs, TraceOptions options, CancellationToken cancellationToken)
    {
        var gate = options.Gate ?? LinuxSystemCalls.Instance;
        if (launched is null)
            TakeBack(gate, processId, options);
        var target = new TargetOpener(gate).Open(processId, holdsMemory: options.Follow);
        return options.Follow
            ? await FollowAsync([target], specs, launched, options).ConfigureAwait(false)
            : await TraceAsync(target, specs, launched, options, cancellationToken).ConfigureAwait(false);
    }

    // What an earlier sharptrace that was killed has left in the target.
    private static void TakeBack(ISystemCallGate gate, int processId, TraceOptions options)
    {
        if (LeftBehind.GiveBack(gate, processId) is { } taken && options.Logger is { } logger)
            SessionLog.TakenBack(logger, taken);
    }

    private static Channel<TraceEvent>? ChannelFor(TraceOptions options) => options.Sink is null
        ? Channel.CreateBounded<TraceEvent>(new BoundedChannelOptions(options.EventCapacity) { SingleReader = true, SingleWriter = true })
        : null;

    private static async Task<TraceSession> TraceAsync(
        TargetProcess target, IReadOnlyList<ProbeSpec> specs, LaunchedProcess? launched, TraceOptions options, CancellationToken cancellationToken)
    {
        var gate = options.Gate ?? LinuxSystemCalls.Instance;
        var logger = options.Logger ?? NullLogger.Instance;
        var channel = ChannelFor(options);
        var recipe = new PlanRecipe(gate, specs, options, logger);
        var readers = new TargetReaders(gate, target);
        try
        {
            var program = recipe.Program(target, isPartial: false);
            var plans = recipe.Plans(target, program);
            var backend = BackendSelector.Select(options.Backend, recipe.Backends(), plans, logger);
            var (plan, walked, warning) = plans.For(backend);
            program = program with { Probes = plans.Tell(plan, logger) };
            if (backend.Name == "ebpf")
                StackWalks.Tell(logger, walked, warning);
            // Backends limit what they send; plans that are finished here have more to send than become events.
            var limiter = options.EventsPerSecond is { } most ? new RateLimiter(most) : null;
            var limit = new EventLimit(options.MaximumEvents);
            var counter = new EventCounter(plan, options.Sink ?? new ChannelSink(channel!.Writer) { Readers = readers }, limit, limiter);
            if (options.PreparesStackNames)
                readers.Target.Stacks.Prepare(plan.Sites.Select(s => s.Location.Address));
            target.CheckFiles();
            var attachment = await backend.AttachAsync(plan, counter, cancellationToken).ConfigureAwait(false);
            var parts = new SessionParts();
            var part = new SessionPart(program, counter, attachment);
            parts.TryAdd(part);
            var governor = options.MaximumOverhead is { } percent ? new OverheadGovernor(gate, target.ProcessId, (IMeteredAttachment)attachment, percent) : null;
            var session = new TraceSession(target.ProcessId, parts, limit, channel, backend, readers, attachment.Completion, launched, governor, null, readers, target);
            await session.ArmedAsync(options, counter.Open).ConfigureAwait(false);
            part.Open();
            return session;
        }
        catch
        {
            readers.Dispose();
            target.Dispose();
            throw;
        }
    }

    // No target: all processes.
    private static async Task<TraceSession> FollowAsync(List<TargetProcess> targets, IReadOnlyList<ProbeSpec> specs, LaunchedProcess? launched, TraceOptions options)
    {
        var gate = options.Gate ?? LinuxSystemCalls.Instance;
        var logger = options.Logger ?? NullLogger.Instance;
        var channel = ChannelFor(options);
        var recipe = new PlanRecipe(gate, specs, options, logger) { IsForAll = targets.Count == 0 };
        ProcessFollower? follower = null;
        try
        {
            var backend = BackendSelector.SelectFollowing(options.Backend, recipe.Backends(), logger);
            var parts = new SessionParts();
            var limit = new EventLimit(options.MaximumEvents);
            var events = channel is null ? null : new ChannelSink(channel.Writer);
            var sink = new SerialSink(options.Sink ?? events!);
            follower = new ProcessFollower(gate, recipe, backend, backend.OpenFamily(takesAll: targets.Count == 0), parts, plan => new EventCounter(plan, sink, limit), logger);
            if (events is not null)
                events.Readers = follower.Readers;
            if (targets.Count == 0)
                follower.BeginEverywhere();
            else
                follower.Begin(targets);
            var session = new TraceSession(targets.Count == 0 ? 0 : targets[0].ProcessId, parts, limit, channel, backend, follower.Readers, follower.Completion, launched, null, follower);
            await session.ArmedAsync(options, _ => follower.Open()).ConfigureAwait(false);
            follower.Open();
            return session;
        }
        catch
        {
            if (follower is not null)
                await follower.DisposeAsync().ConfigureAwait(false);
            foreach (var target in targets)
                target.Dispose();
            throw;
        }
    }

    private async Task ArmedAsync(TraceOptions options, Action<IProbeAttachment?> open)
    {
        try
        {
            options.Armed?.Invoke(this);
        }
        catch
        {
            open(null);
            await DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Disarms all probes, delivers what is still under way, and ends <see cref="Events"/>. Calling it again does nothing.</summary>
    public async Task StopAsync()
    {
        if (_governor is not null)
            await Task.Run(_governor.Stop).ConfigureAwait(false);
        if (_follower is not null)
            await _follower.StopAsync().ConfigureAwait(false);
        await _parts.StopAsync().ConfigureAwait(false);
        _duration ??= Stopwatch.GetElapsedTime(_started);
        _channel?.Writer.TryComplete();
    }

    /// <summary>
    /// What the queries came to so far, one for each of <see cref="TraceOptions.Queries"/> in their order; also after <see cref="StopAsync"/>.
    /// </summary>
    /// <param name="reset">Whether to begin anew: the next reading has what came since this one.</param>
    public IReadOnlyList<AggregationSnapshot> ReadAggregations(bool reset = false) => _parts.Read(reset);

    /// <summary>What the session did so far; exact after <see cref="StopAsync"/>.</summary>
    public TraceSummary Summarise() => _parts.Summarise(
        _backend.Name, _duration ?? Stopwatch.GetElapsedTime(_started), "No events: nothing of what was asked for was found in the process or in what it started and loaded.") with
    {
        Overhead = Overhead,
        Gaps = _follower?.Gaps ?? 0,
    };

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await StopAsync().ConfigureAwait(false);
        }
        finally
        {
            await _parts.DisposeAsync().ConfigureAwait(false);
            _governor?.Dispose();
            if (_follower is not null)
                await _follower.DisposeAsync().ConfigureAwait(false);
            foreach (var item in _owned)
                item.Dispose();
            _launched?.Dispose();
        }
    }

    private async Task WatchAsync(Task ended)
    {
        try
        {
            var first = await Task.WhenAny(ended, _limit.Reached, _governor?.Failed ?? _limit.Reached).ConfigureAwait(false);
            await first.ConfigureAwait(false);
            // The readers of a family's events do not know when it has ended.
            if (first == _limit.Reached || _follower is not null)
                await StopAsync().ConfigureAwait(false);
            _channel?.Writer.TryComplete();
        }
        catch (TracerException error)
        {
            _channel?.Writer.TryComplete(error);
            throw;
        }
        finally
        {
            _duration ??= Stopwatch.GetElapsedTime(_started);
        }
    }

    private async IAsyncEnumerable<TraceEvent> ReadAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (_channel is null)
            yield break;
        await foreach (var item in _channel.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            yield return item;
    }
}

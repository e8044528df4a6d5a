using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Tracer.Core.Aggregations;
using Tracer.Core.Backends;
using Tracer.Core.Diagnostics;
using Tracer.Core.Events;
using Tracer.Core.Execution;
using Tracer.Core.Pictures;
using Tracer.Core.Plans;
using Tracer.Core.Probes;
using Tracer.Core.Splitting;
using Tracer.Core.Stacks;
using Tracer.Core.Targets;
using Tracer.Linux;
using Tracer.Logging;
using Tracer.Overhead;
using Tracer.Ptrace;
using Tracer.Queries;

namespace Tracer;

/// <summary>
/// A running trace of one process: made by <see cref="AttachAsync"/> with all probes armed, read through <see cref="Events"/>, ended by
/// <see cref="StopAsync"/> or disposing, which leaves the target as it was found.
/// </summary>
public sealed class TraceSession : IAsyncDisposable
{
    private readonly TargetProcess _target;
    private readonly TracePlan _plan;
    private readonly EventCounter _counter;
    private readonly Channel<TraceEvent>? _channel;
    private readonly IProbeAttachment _attachment;
    private readonly IProbeBackend _backend;
    private readonly AggregationReader _aggregations;
    private readonly string _silence;
    private readonly LaunchedProcess? _launched;
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly Task _watcher;
    private readonly ISystemCallGate _gate;
    private readonly OverheadGovernor? _governor;
    private StackNames? _stacks;
    private PictureReaders? _pictures;
    private TimeSpan? _duration;

    private TraceSession(
        ISystemCallGate gate, TargetProcess target, TracePlan plan, TraceProgram program, EventCounter counter, Channel<TraceEvent>? channel, IProbeBackend backend,
        IProbeAttachment attachment, LaunchedProcess? launched, StackNames? stacks, double? maximumOverhead)
    {
        _gate = gate;
        _stacks = stacks;
        _target = target;
        _plan = plan;
        Probes = program.Probes;
        _counter = counter;
        _channel = channel;
        _backend = backend;
        _attachment = attachment;
        _aggregations = new AggregationReader(program.Aggregations, attachment);
        _silence = program.Silence;
        _launched = launched;
        _governor = maximumOverhead is { } percent ? new OverheadGovernor(gate, target.ProcessId, (IMeteredAttachment)attachment, percent) : null;
        _watcher = WatchAsync();
    }

    /// <summary>The process traced.</summary>
    public int ProcessId => _target.ProcessId;

    /// <summary>The backend in use: <c>ebpf</c>, <c>perf</c>, <c>ptrace</c>.</summary>
    public string Backend => _backend.Name;

    /// <summary>The probes that are armed.</summary>
    public IReadOnlyList<Probe> Probes { get; }

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

    /// <summary>Names the frames of stacks; for the thread that gets the events, or after the last of them.</summary>
    public StackNames Stacks => _stacks ??= new StackNames(_gate, _target);

    /// <summary>Reads pictures of values; for the thread that gets the events.</summary>
    public PictureReaders Pictures => _pictures ??= new PictureReaders(_target.Memory);

    /// <summary>Events delivered so far.</summary>
    public ulong DeliveredEvents => _counter.Delivered;

    /// <summary>Events that fired and were not delivered so far.</summary>
    public ulong LostEvents => _counter.Lost(_attachment);

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
        CheckOverhead(options);
        return await StartAsync(processId, null, options.Allocations is null ? ProbeSelection.Parse(options.Probes) : [], options, cancellationToken).ConfigureAwait(false);
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
        CheckOverhead(options);
        var specs = ProbeSelection.Parse(options.Probes);
        if (command.Count == 0)
            throw new TracerException("ST0206", FailureKind.Usage, "There is no command to start.");
        var spawn = new SpawnOptions { Path = command[0], Arguments = [.. command.Skip(1)] };
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

    private static void CheckOverhead(TraceOptions options)
    {
        if (options.MaximumOverhead is not (null or (> 0 and < 100)))
            throw new TracerException("ST0216", FailureKind.Usage, $"{options.MaximumOverhead} is no bound for the overhead.", "It is a percentage above 0 and below 100.");
    }

    private static async Task<TraceSession> StartAsync(
        int processId, LaunchedProcess? launched, IReadOnlyList<ProbeSpec> specs, TraceOptions options, CancellationToken cancellationToken)
    {
        var gate = options.Gate ?? LinuxSystemCalls.Instance;
        var logger = options.Logger ?? NullLogger.Instance;
        if (launched is null && LeftBehind.GiveBack(gate, processId) is { } taken)
            SessionLog.TakenBack(logger, taken);
        var target = new TargetOpener(gate).Open(processId);
        StackNames? stacks = null;
        try
        {
            var providers = BuiltIn.Providers(gate, target);
            foreach (var provider in providers)
                target.Own(provider);
            var selection = new ProbeSelection(target, options.Runtimes ?? BuiltIn.Runtimes, providers, logger);
            var program = TraceProgram.Build(specs, options, selection);
            var plans = new ReturnPlans(target, program, options);
            var guarding = new PtraceBackendOptions { GuardianPath = options.GuardianPath, Warn = m => SessionLog.NotGuarded(logger, m) };
            var backend = BackendSelector.Select(options.Backend, [.. (options.Backends ?? BuiltIn.Backends(gate, guarding)).Select(b => new SplittingBackend(b))], plans, logger);
            var (plan, walked, warning) = plans.For(backend);
            program = program with { Probes = plans.Tell(plan, logger) };
            if (backend.Name == "ebpf")
                StackWalks.Tell(logger, walked, warning);
            var channel = options.Sink is null
                ? Channel.CreateBounded<TraceEvent>(new BoundedChannelOptions(options.EventCapacity) { SingleReader = true, SingleWriter = true })
                : null;
            // Backends limit what they send; plans that are finished here have more to send than become events.
            var limiter = options.EventsPerSecond is { } limit ? new RateLimiter(limit) : null;
            var counter = new EventCounter(plan, options.Sink ?? new ChannelSink(channel!.Writer, new StackWalker(target.Code, target.Memory), new PictureReaders(target.Memory)), options.MaximumEvents, limiter);
            if (options.PreparesStackNames)
            {
                stacks = new StackNames(gate, target);
                stacks.Prepare(plan.Sites.Select(s => s.Location.Address));
            }

            var attachment = await backend.AttachAsync(plan, counter, cancellationToken).ConfigureAwait(false);
            var session = new TraceSession(gate, target, plan, program, counter, channel, backend, attachment, launched, stacks, options.MaximumOverhead);
            try
            {
                options.Armed?.Invoke(session);
            }
            catch
            {
                counter.Open();
                await session.DisposeAsync().ConfigureAwait(false);
                throw;
            }

            counter.Open(attachment);
            return session;
        }
        catch
        {
            stacks?.Dispose();
            target.Dispose();
            throw;
        }
    }

    /// <summary>Disarms all probes, delivers what is still under way, and ends <see cref="Events"/>. Calling it again does nothing.</summary>
    public async Task StopAsync()
    {
        if (_governor is not null)
            await Task.Run(_governor.Stop).ConfigureAwait(false);
        await _attachment.StopAsync().ConfigureAwait(false);
        _duration ??= Stopwatch.GetElapsedTime(_started);
        _channel?.Writer.TryComplete();
    }

    /// <summary>
    /// What the queries came to so far, one for each of <see cref="TraceOptions.Queries"/> in their order; also after <see cref="StopAsync"/>.
    /// </summary>
    /// <param name="reset">Whether to begin anew: the next reading has what came since this one.</param>
    public IReadOnlyList<AggregationSnapshot> ReadAggregations(bool reset = false) => _aggregations.Read(reset);

    /// <summary>What the session did so far; exact after <see cref="StopAsync"/>.</summary>
    public TraceSummary Summarise() => _aggregations.Complete(_counter.Summarise(
        Probes, _attachment, _backend.Name, _duration ?? Stopwatch.GetElapsedTime(_started), _silence)) with
    {
        Overhead = Overhead,
    };

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        await _attachment.DisposeAsync().ConfigureAwait(false);
        _governor?.Dispose();
        _stacks?.Dispose();
        _target.Dispose();
        _launched?.Dispose();
    }

    private async Task WatchAsync()
    {
        try
        {
            var first = await Task.WhenAny(_attachment.Completion, _counter.LimitReached, _governor?.Failed ?? _counter.LimitReached).ConfigureAwait(false);
            await first.ConfigureAwait(false);
            if (first == _counter.LimitReached)
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

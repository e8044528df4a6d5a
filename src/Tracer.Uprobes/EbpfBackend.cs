using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Tracer.Bpf;
using Tracer.Core.Backends;
using Tracer.Core.Diagnostics;
using Tracer.Core.Expressions;
using Tracer.Core.Plans;
using Tracer.Core.Probes;
using Tracer.Core.Targets;
using Tracer.Linux;
using Tracer.Uprobes.Compilation;
using Tracer.Uprobes.Following;

namespace Tracer.Uprobes;

/// <summary>
/// Traces with uprobes that run programs compiled from the plan's expressions: the target is never stopped. Needs CAP_BPF and CAP_PERFMON (or
/// CAP_SYS_ADMIN) and a kernel with sleepable uprobe programs (6.0); uprobe_multi links (6.6) are used where there are any.
/// </summary>
public sealed partial class EbpfBackend : IProbeBackend
{
    private readonly ISystemCallGate _gate;
    private readonly ILogger _logger;
    private readonly KernelInterface _kernel = new();
    private readonly KernelInterface _waitless = new(mayWait: false);
    private readonly EbpfSupport _support;

    /// <summary>A backend on the running kernel, or on another behind <paramref name="gate"/>.</summary>
    public EbpfBackend(ISystemCallGate? gate = null, ILogger? logger = null)
    {
        _gate = gate ?? LinuxSystemCalls.Instance;
        _logger = logger ?? NullLogger.Instance;
        _support = new EbpfSupport(_gate, _kernel);
    }

    /// <inheritdoc/>
    public string Name => "ebpf";

    /// <inheritdoc/>
    public bool FollowsCalls => _support.HasSessions;

    /// <inheritdoc/>
    public BackendSupport Evaluate(TracePlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return _support.Evaluate(plan);
    }

    /// <inheritdoc/>
    public string? Refuse(Expression expression, int textLimit) => KernelLimits.Refuse(expression, textLimit);

    /// <inheritdoc/>
    public string? RefuseFamily() => _support.RefuseFamily(out _);

    /// <inheritdoc/>
    public IProcessFamily OpenFamily(bool takesAll)
    {
        if (_support.RefuseFamily(out var kernel) is { } reason)
            throw EbpfFailures.NoFamily(reason);
        return EbpfFamily.Open(_gate, _support, kernel!, takesAll);
    }

    /// <inheritdoc/>
    public async ValueTask<IProbeAttachment> AttachAsync(TracePlan plan, IEventSink sink, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(sink);
        HitPrice price = plan.IsMetered ? HitPrice.Measure(_gate, code => _support.Definition(code, "st_price")) : default;
        // An image goes on without the process that it was found in.
        var process = plan.Image is null ? OpenProcess(plan.Target.ProcessId) : null;
        var attachment = Prepare(plan, sink, process, price, out var maps);
        try
        {
            Arm(plan, maps, attachment, cancellationToken);
            attachment.Open();
            return attachment;
        }
        catch
        {
            await attachment.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private OwnedDescriptor OpenProcess(int processId) => _gate.OpenPid(processId) is { IsSuccess: true } process
        ? process.Value
        : throw new TracerException("ST0407", FailureKind.NotFound, $"Process {processId} cannot be traced.", "It has exited.");

    private EbpfAttachment Prepare(TracePlan plan, IEventSink sink, OwnedDescriptor? process, HitPrice price, out PlanMaps maps)
    {
        PlanMaps? made = null;
        try
        {
            maps = made = new PlanMaps(_gate, plan, _support.HasPrivateStacks);
            return new EbpfAttachment(_gate, plan, maps, maps.OpenRing(), process, sink) { Price = price };
        }
        catch (BpfException e)
        {
            made?.Dispose();
            process?.Dispose();
            throw EbpfFailures.Resources(e);
        }
    }

    private void Arm(TracePlan plan, PlanMaps maps, EbpfAttachment attachment, CancellationToken cancellationToken)
    {
        var graph = new ExpressionGraph();
        var armings = new List<Action>();
        foreach (var group in SiteGroups.Of(plan, graph))
        {
            cancellationToken.ThrowIfCancellationRequested();
            // Programs of a metered plan count by what the kernel does with the instruction.
            foreach (var kind in group.GroupBy(s => plan.IsMetered ? SteppingOf(s.Location, plan.Target) : SteppingKind.Stepped))
            {
                var program = attachment.Own(Load(EbpfFailures.NameOf(group[0]), () => Definition(group[0], ProgramCompiler.Compile(group[0], plan, graph, _kernel, maps, kind.Key))));
                foreach (var sites in kind.GroupBy(s => s.Location.Module))
                {
                    Point[] points = [.. sites.Select(s => new Point(s.Location.FileOffset, s.Semaphore?.FileOffset ?? 0, CookieOf(s, maps)))];
                    armings.Add(() => Attach(attachment.Add, program, plan, sites.Key, EbpfFailures.NameOf(group[0]), points));
                }
            }
        }

        foreach (var site in plan.Sites.Where(s => s.IsWatched))
        {
            // Threads inherit the program and not its cookie.
            var cookie = CookieOf(site, maps);
            var program = attachment.Own(Load(EbpfFailures.NameOf(site), () => WaitlessProgram.Definition(ProgramCompiler.Compile(site, plan, graph, _waitless, maps, cookie: cookie), "st_watch")));
            armings.Add(() => attachment.Add(_ => ThreadWatch.Attach(_gate, plan.Target.ProcessId, site.Location.Address, program), e => EbpfFailures.Watch(site, plan.Target.ProcessId, e)));
        }

        // The end of an object must be seen from before the first event with its texts until after the last.
        foreach (var owners in maps.Owners)
        {
            var end = owners.Key.End;
            var stepping = plan.IsMetered ? SteppingOf(end, plan.Target) : SteppingKind.Stepped;
            var name = $"The end of {owners.Key.Name}";
            var program = attachment.Own(Load(name, () => _support.Definition(OwnerEndCompiler.Compile(owners.Key, owners, graph, _kernel, maps, stepping), "st_ended")));
            Attach(attachment.Keep, program, plan, end.Module, name, [new Point(end.FileOffset, 0, 0)]);
        }

        foreach (var arm in armings)
        {
            cancellationToken.ThrowIfCancellationRequested();
            arm();
        }

        if (plan.Activations.Count == 0)
            return;
        var idle = attachment.Own(BpfProgram.Load(_gate, _support.Definition(new BpfAssembler().Move(BpfRegister.R0, 0).Exit().Assemble(), "st_idle")));
        foreach (var activations in plan.Activations.GroupBy(a => a.Idle.Module))
        {
            Attach(
                attachment.Add, idle, plan, activations.Key, "A semaphore",
                [.. activations.Select(a => new Point(a.Idle.FileOffset, a.Semaphore.FileOffset, 0))]);
        }
    }

    private static ulong CookieOf(PlannedSite site, PlanMaps maps) => (uint)ProgramCompiler.FirstEmission(site) | ((ulong)maps.Literals.Add(site) << 32);

    private static SteppingKind SteppingOf(CodeLocation site, TargetProcess target)
    {
        Span<byte> code = stackalloc byte[2];
        return Stepping.KindOf(code[..Math.Max(target.Memory.Read(site.Address, code), 0)]);
    }

    private BpfProgramDefinition Definition(PlannedSite site, BpfInstruction[] code)
    {
        var definition = _support.Definition(code, "st_probe");
        return site.Call is null ? definition : definition with { ExpectedAttachType = BpfAttachType.UprobeSession };
    }

    private BpfProgram Load(string name, Func<BpfProgramDefinition> compile)
    {
        try
        {
            var definition = compile();
            if (_logger.IsEnabled(LogLevel.Trace))
            {
                var text = BpfDisassembler.Disassemble(definition.Instructions.Span);
                LogProgram(name, definition.Instructions.Length, text);
            }

            return BpfProgram.Load(_gate, definition);
        }
        catch (CompilationException e)
        {
            throw EbpfFailures.TooLarge(name, e.Message);
        }
        catch (BpfLoadException e)
        {
            LogVerifier(name, e.Log);
            throw e.Errno == 1 ? EbpfFailures.Permission(e.Message) : EbpfFailures.Rejected(name, e);
        }
        catch (BpfException e)
        {
            throw EbpfFailures.Resources(e);
        }
    }

    private void Attach(Action<Func<ISystemCallGate, IDisposable>, Func<BpfException, TracerException>> add, BpfProgram program, TracePlan plan, TargetModule module, string probe, Point[] points)
    {
        // Breakpoints of an image are in every process that runs the file; its programs tell them apart.
        var processId = plan.Image is null ? plan.Target.ProcessId : 0;
        var withSemaphore = Array.Exists(points, p => p.Semaphore != 0);
        if (_support.HasMultiLinks)
        {
            var options = new UprobeMultiOptions(module.OpenPath, Array.ConvertAll(points, p => p.Offset))
            {
                Cookies = Array.ConvertAll(points, p => p.Cookie),
                ReferenceCounterOffsets = withSemaphore ? Array.ConvertAll(points, p => p.Semaphore) : default,
                ProcessId = processId,
            };
            add(breakpoints => UprobeMultiLink.Attach(breakpoints, program, options), Failure);
            return;
        }

        foreach (var point in points)
        {
            var options = new PerfUprobeOptions(module.OpenPath, point.Offset)
            {
                Cookie = point.Cookie,
                ReferenceCounterOffset = checked((uint)point.Semaphore),
                ProcessId = processId,
            };
            add(breakpoints => PerfUprobe.Attach(breakpoints, program, options), Failure);
        }

        TracerException Failure(BpfException e) => EbpfFailures.Attach(probe, module.Path, plan.Target.ProcessId, withSemaphore, e);
    }

    [LoggerMessage(Level = LogLevel.Trace, Message = "Program of {Site}, {Count} instructions:\n{Code}")]
    private partial void LogProgram(string site, int count, string code);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Verifier's log for {Site}:\n{Log}")]
    private partial void LogVerifier(string site, string log);

    private readonly record struct Point(ulong Offset, ulong Semaphore, ulong Cookie);
}

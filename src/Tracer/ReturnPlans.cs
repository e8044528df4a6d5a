using Microsoft.Extensions.Logging;
using Tracer.Core.Backends;
using Tracer.Core.Expressions;
using Tracer.Core.Plans;
using Tracer.Core.Probes;
using Tracer.Core.Targets;
using Tracer.Logging;
using Tracer.Queries;

namespace Tracer;

/// <summary>A trace as it is planned for each backend: those that follow calls see functions return by that, where it is wanted and safe, the others at their exits.</summary>
internal sealed class ReturnPlans
{
    private readonly TraceProgram _program;
    private readonly TraceOptions _options;
    private readonly Lazy<WalkedPlan> _exact;
    private readonly Lazy<WalkedPlan> _following;
    private readonly string? _stacks;

    public ReturnPlans(TargetProcess target, TraceProgram program, TraceOptions options, ProcessImage? image = null)
    {
        _program = program;
        _options = options;
        _exact = new(() => Build(program.Programs));
        _following = new(() => Build(program.Programs.Select(p => Follows(p.Probe) ? p with { Probe = p.Probe.FollowingCalls() } : p)));
        _stacks = program.Programs.Any(TakesStacks) ? "stacks are taken, which end at a call that is followed" : null;

        WalkedPlan Build(IEnumerable<ProbeProgram> programs) => StackWalks.Choose(
            PlanBuilder.Build(target, programs, options.TextLimit, options.MaximumOverhead is not null, options.EventsPerSecond, image), options.StackWalk);
    }

    private bool IsWanted => _options.Returns != ReturnMethod.Sites && _program.Probes.Any(Follows);

    /// <summary>The plan for a backend, with how its stacks are walked.</summary>
    public WalkedPlan For(IProbeBackend backend) => IsWanted && backend.FollowsCalls ? _following.Value : _exact.Value;

    /// <summary>Why a backend cannot see returns as was asked for; null when it can.</summary>
    public string? Refuse(IProbeBackend backend) => _options.Returns == ReturnMethod.Kernel && IsWanted && !backend.FollowsCalls
        ? $"The backend {backend.Name} cannot let the kernel follow calls here (that takes ebpf and Linux {FirstKernel})."
        : null;

    /// <summary>The probes as they are observed by the plan; says how and why.</summary>
    public IReadOnlyList<Probe> Tell(TracePlan plan, ILogger logger)
    {
        foreach (var probe in _program.Probes.Where(p => p.Calls.Count > 0))
        {
            if (!plan.FollowsCalls || !Follows(probe))
                SessionLog.ReturnsAtExits(logger, probe.FullName, WhyNot(probe));
            else if (WhyNot(probe) is { } caveat && _options.Returns == ReturnMethod.Kernel && (probe.CallCaveat ?? _stacks) is not null)
                SessionLog.ReturnsForced(logger, probe.FullName, caveat);
            else
                SessionLog.ReturnsFollowed(logger, probe.FullName);
        }

        return plan.FollowsCalls ? [.. _program.Probes.Select(p => Follows(p) ? p.FollowingCalls() : p)] : _program.Probes;
    }

    // Since when there are uprobe sessions.
    private const string FirstKernel = "6.13";

    private bool Follows(Probe probe) => probe.Calls.Count > 0
        && (_options.Returns == ReturnMethod.Kernel || (_options.Returns == ReturnMethod.Auto && probe.CallCaveat is null && _stacks is null));

    private string WhyNot(Probe probe) => (_options.Returns, probe.CallCaveat ?? _stacks) switch
    {
        (ReturnMethod.Sites, _) => "asked for",
        (_, { } caveat) => caveat,
        _ => "the backend cannot let the kernel follow calls",
    };

    private static bool TakesStacks(ProbeProgram program) =>
        new Clause { Condition = program.Condition, Actions = program.Actions }.Expressions.Concat(program.Values?.Select(v => v.Expression) ?? [])
            .Any(e => ExpressionParts.Any(e, p => p.Type is StackType));
}

using Tracer.Bpf;
using Tracer.Core.Backends;
using Tracer.Core.Expressions;
using Tracer.Core.Plans;
using Tracer.Linux;
using Tracer.Uprobes.Compilation;
using Tracer.Uprobes.Following;

namespace Tracer.Uprobes;

/// <summary>Whether kernel, privileges and target allow what a plan asks for, found by trying the smallest thing of each kind; answers are kept.</summary>
internal sealed class EbpfSupport
{
    private const int NotPermitted = 1;
    private const int AccessDenied = 13;

    // HBP_NUM (arch/x86/include/uapi/asm/debugreg.h).
    private const int MostWatched = 4;

    private readonly ISystemCallGate _gate;
    private readonly Lazy<BackendSupport> _kernel;
    private readonly Lazy<bool> _multiLinks;
    private readonly Lazy<bool> _sessions;
    private readonly Lazy<bool> _mayGoto;
    private readonly Lazy<bool> _privateStacks;
    private readonly KernelInterface _types;

    public EbpfSupport(ISystemCallGate gate, KernelInterface kernel)
    {
        _gate = gate;
        _types = kernel;
        _kernel = new(AskKernel);
        _multiLinks = new(() => BpfFeatures.IsAvailable(gate, BpfFeature.UprobeMulti));
        _sessions = new(() => _kernel.Value.IsSupported && kernel.Session is not null && BpfFeatures.IsAvailable(gate, BpfFeature.UprobeSession));
        _privateStacks = new(() => BpfFeatures.IsAvailable(gate, BpfFeature.PrivateStack));
        _mayGoto = new(() => BpfFeatures.IsAvailable(gate, BpfFeature.MayGoto));
    }

    /// <summary>Whether uprobe_multi links can be used; perf uprobes otherwise.</summary>
    public bool HasMultiLinks => _multiLinks.Value;

    /// <summary>Whether programs have their stack in memory of the processor.</summary>
    public bool HasPrivateStacks => _privateStacks.Value;

    /// <summary>A sleepable uprobe program, loaded as this kernel's links want it.</summary>
    public BpfProgramDefinition Definition(ReadOnlyMemory<BpfInstruction> code, string name) =>
        BpfProgramDefinition.Uprobe(code) with { ExpectedAttachType = HasMultiLinks ? BpfAttachType.UprobeMulti : BpfAttachType.None, Name = name };

    /// <summary>Whether calls can be followed by sessions.</summary>
    public bool HasSessions => _sessions.Value;

    /// <summary>Why processes cannot be followed here, in one sentence; null when they can, by what is found of the kernel.</summary>
    public string? RefuseFamily(out FamilyKernel? kernel)
    {
        kernel = null;
        if (!_kernel.Value.IsSupported)
            return _kernel.Value.Reason;
        if (!HasMultiLinks)
            return BpfFeatures.Get(BpfFeature.UprobeMulti).Missing;
        if (!_mayGoto.Value)
            return BpfFeatures.Get(BpfFeature.MayGoto).Missing;
        if (!KernelFacts.Read(_gate).IsInFirstPidNamespace)
            return "This process is in a pid namespace of its own, and the kernel's programs know processes by the ids of the first one.";
        kernel = FamilyKernel.Find(_types);
        return kernel is null ? "The kernel has no BTF (/sys/kernel/btf/vmlinux), which tells where it keeps the ids of processes." : null;
    }

    public BackendSupport Evaluate(TracePlan plan)
    {
        if (!_kernel.Value.IsSupported)
            return _kernel.Value;
        if (plan.Image is not null && plan.Sites.Any(s => s.IsWatched))
            return BackendSupport.No("Lines of interpreted code are watched in the threads of one process, which cannot be followed into others.");
        if (Is32Bit(plan.Target.ProcessId))
            return BackendSupport.No("The target is a 32-bit program, whose registers and pointers this backend does not know.");
        if (plan.IsMetered && !HasMultiLinks)
            return BackendSupport.Unmetered("Without uprobe_multi links (Linux 6.6) every breakpoint takes 0.1 s to be taken out.");
        var watched = plan.Sites.Count(s => s.IsWatched);
        if (watched > MostWatched)
            return BackendSupport.No($"What was asked for begins at {watched} places of interpreted code, and a thread can watch {MostWatched} (x86's debug registers).");
        if (watched > 0 && plan.IsMetered)
            return BackendSupport.Unmetered("What a watchpoint costs is not known.");
        var graph = new ExpressionGraph();
        var used = UsedExpressions(plan, graph);
        if (used.Any(e => e is IterateExpression) && !_mayGoto.Value)
            return BackendSupport.No(BpfFeatures.Get(BpfFeature.MayGoto).Missing);
        var notes = new List<string>();
        if (used.Any(e => e is VectorExpression))
            notes.Add("Arguments in vector registers (xmm) are not available: the kernel does not hand them to programs.");
        if (_kernel.Value.Reason is { } reason)
            notes.Add(reason);
        return notes.Count == 0 ? BackendSupport.Yes : new BackendSupport(true, string.Join(' ', notes));
    }

    private BackendSupport AskKernel()
    {
        try
        {
            BpfMap.Create(_gate, BpfMapDefinition.RingBuffer(Environment.SystemPageSize)).Dispose();
        }
        catch (BpfException e)
        {
            return e.Errno is NotPermitted or AccessDenied ? Privileges(e) : BackendSupport.No(BpfFeatures.Get(BpfFeature.RingBuffer).Missing);
        }

        try
        {
            var code = new BpfAssembler().Move(BpfRegister.R0, 0).Exit().Assemble();
            BpfProgram.Load(_gate, BpfProgramDefinition.Uprobe(code) with { ExpectedAttachType = BpfAttachType.None }).Dispose();
        }
        catch (BpfLoadException e)
        {
            return e.Errno is NotPermitted or AccessDenied ? Privileges(e) : BackendSupport.No(BpfFeatures.Get(BpfFeature.SleepableUprobe).Missing);
        }

        if (HasMultiLinks)
            return BackendSupport.Yes;
        return BpfFeatures.IsAvailable(_gate, BpfFeature.PerfUprobe)
            ? new BackendSupport(true, BpfFeatures.Get(BpfFeature.UprobeMulti).Missing)
            : BackendSupport.No("This kernel has no uprobes: neither uprobe_multi links nor the perf device 'uprobe' are there.");
    }

    private BackendSupport Privileges(BpfException e)
    {
        var facts = KernelFacts.Read(_gate);
        var missing = EbpfRemedy.Missing(facts);
        return BackendSupport.No(
            missing.Count > 0
                ? $"eBPF needs {string.Join(" and ", missing.Select(CapabilitySet.NameOf))} (or root)."
                : $"The kernel refuses eBPF although this process has the capabilities ({e.Message}): a user namespace, a security module, lockdown or a container forbids it.",
            permission: true) with
        {
            Remedy = EbpfRemedy.Command(facts, Environment.ProcessPath),
        };
    }

    private bool Is32Bit(int processId)
    {
        // e_ident[EI_CLASS], the fifth byte of an ELF file: 1 is ELFCLASS32.
        var opened = _gate.Open($"/proc/{processId}/exe");
        if (!opened.IsSuccess)
            return false;
        using var file = opened.Value;
        Span<byte> start = stackalloc byte[5];
        return _gate.ReadAt(file, start, 0).Raw == start.Length && start[..4].SequenceEqual("\x7fELF"u8) && start[4] == 1;
    }

    private static Expression[] UsedExpressions(TracePlan plan, ExpressionGraph graph)
    {
        var seen = new HashSet<int>();
        foreach (var expression in plan.Sites.SelectMany(s => s.AllClauses).SelectMany(c => c.Expressions))
            Visit(graph.IdOf(expression));

        return [.. seen.Select(id => graph[id].Expression)];

        void Visit(int id)
        {
            if (!seen.Add(id))
                return;
            foreach (var child in graph[id].Children)
                Visit(child);
        }
    }
}

using Tracer.Linux;
using static Tracer.Bpf.BpfRegister;

namespace Tracer.Bpf;

/// <summary>The features as data, and probes that ask the running kernel by trying each on the smallest scale.</summary>
public static class BpfFeatures
{
    private const string PerfDevice = "/sys/bus/event_source/devices/uprobe";

    private static readonly BpfFeatureInfo[] Table =
    [
        new(BpfFeature.PerfUprobe, "a uprobe through perf_event_open", new(4, 17), "only ptrace can place probes"),
        new(BpfFeature.ReferenceCounter, "raising a USDT semaphore in the kernel", new(4, 20), "ptrace raises it or it stays down"),
        new(BpfFeature.RingBuffer, "the BPF ring buffer", new(5, 8), "the ebpf backend is not available"),
        new(BpfFeature.MappableArray, "mapping a BPF array", new(5, 5), "counters are read by system call"),
        new(BpfFeature.FetchingAtomics, "fetching atomics in BPF", new(5, 12), "plain atomic addition is used"),
        new(BpfFeature.PerfCookie, "a cookie on a perf uprobe", new(5, 15), "each probe gets a program of its own"),
        new(BpfFeature.SleepableUprobe, "a sleepable uprobe program", new(6, 0), "memory that is not resident cannot be read"),
        new(BpfFeature.UprobeMulti, "uprobe_multi", new(6, 6), "perf uprobes are used, which detach slowly (about 0.1 s each)"),
        new(BpfFeature.SignedInstructions, "signed BPF arithmetic", new(6, 6), "shifts extend signs"),
        new(BpfFeature.MayGoto, "may_goto", new(6, 9), "loops are bounded by a constant"),
        new(BpfFeature.CopyUserString, "bpf_copy_from_user_str", new(6, 12), "strings are copied page by page"),
        new(BpfFeature.UprobeSession, "a uprobe session", new(6, 13), "entry and return are two links"),
        new(BpfFeature.PrivateStack, "a BPF stack for each processor", new(6, 13), "programs use the kernel stack of the thread"),
    ];

    /// <summary>Every feature, in the order of <see cref="BpfFeature"/>.</summary>
    public static IReadOnlyList<BpfFeatureInfo> All => Table;

    /// <summary>What is known of one feature.</summary>
    public static BpfFeatureInfo Get(BpfFeature feature) => Table[(int)feature];

    /// <summary>
    /// Whether the running kernel has <paramref name="feature"/>, found by trying it; false also when the caller may not use BPF, which
    /// creating any map tells apart (EPERM). <paramref name="kernelTypes"/> answers for kernel functions and may be null.
    /// </summary>
    public static bool IsAvailable(ISystemCallGate gate, BpfFeature feature, BtfTypes? kernelTypes = null)
    {
        ArgumentNullException.ThrowIfNull(gate);
        var end = new BpfAssembler();
        return feature switch
        {
            BpfFeature.PerfUprobe => File.Exists(PerfDevice + "/type"),
            BpfFeature.ReferenceCounter => File.Exists(PerfDevice + "/format/ref_ctr_offset"),
            BpfFeature.RingBuffer => Creates(gate, BpfMapDefinition.RingBuffer(Environment.SystemPageSize)),
            BpfFeature.MappableArray => Creates(gate, BpfMapDefinition.Array(8, 1) with { Flags = BpfMapFlags.Mappable }),
            BpfFeature.FetchingAtomics => Loads(
                gate,
                end.Store(BpfSize.Double, R10, -8, 0).Move(R1, 1).Atomic(BpfAtomicOperation.FetchAdd, BpfSize.Double, R10, -8, R1)),
            BpfFeature.PerfCookie => Loads(gate, end.Call(BpfHelper.GetAttachCookie)),
            BpfFeature.SleepableUprobe => Loads(gate, end, BpfProgramFlags.Sleepable),
            BpfFeature.UprobeMulti => Links(gate, BpfAttachType.UprobeMulti),
            BpfFeature.SignedInstructions => Loads(gate, end.Move(R1, 1).MoveSignExtended(R1, R1, 8)),
            BpfFeature.MayGoto => LoadsLoop(gate, end),
            BpfFeature.CopyUserString => kernelTypes?.TryFindFunction("bpf_copy_from_user_str", out _) ?? false,
            BpfFeature.UprobeSession => Links(gate, BpfAttachType.UprobeSession),
            BpfFeature.PrivateStack => LoadsTwoStacks(gate, end),
            _ => throw new ArgumentOutOfRangeException(nameof(feature)),
        };
    }

    private static bool LoadsLoop(ISystemCallGate gate, BpfAssembler code)
    {
        var head = code.NewLabel();
        var end = code.NewLabel();
        return Loads(gate, code.Bind(head).MayGoto(end).Jump(head).Bind(end));
    }

    // Together they are more than a thread's stack gives (MAX_BPF_STACK, 512 bytes).
    private static bool LoadsTwoStacks(ISystemCallGate gate, BpfAssembler code)
    {
        var subprogram = code.NewLabel();
        return Loads(gate, code.Store(BpfSize.Double, R10, -64, 0).CallSubprogram(subprogram).Move(R0, 0).Exit().Bind(subprogram).Store(BpfSize.Double, R10, -496, 0));
    }

    private static bool Creates(ISystemCallGate gate, BpfMapDefinition definition)
    {
        try
        {
            BpfMap.Create(gate, definition).Dispose();
            return true;
        }
        catch (BpfException)
        {
            return false;
        }
    }

    private static bool Loads(ISystemCallGate gate, BpfAssembler code, BpfProgramFlags flags = BpfProgramFlags.None)
    {
        using var program = TryLoad(gate, code, BpfAttachType.None, flags);
        return program is not null;
    }

    /// <summary>A kernel that knows the link gets as far as the path, and minds that a directory is no regular file (EBADF).</summary>
    private static bool Links(ISystemCallGate gate, BpfAttachType type)
    {
        using var program = TryLoad(gate, new BpfAssembler(), type, BpfProgramFlags.None);
        if (program is null)
            return false;
        try
        {
            UprobeMultiLink.Attach(gate, program, new UprobeMultiOptions("/", new ulong[] { 0 })).Dispose();
            return true;
        }
        catch (BpfException e)
        {
            return e.Errno == Errno.BadDescriptor;
        }
    }

    private static BpfProgram? TryLoad(ISystemCallGate gate, BpfAssembler code, BpfAttachType type, BpfProgramFlags flags)
    {
        try
        {
            var definition = new BpfProgramDefinition(BpfProgramType.Kprobe, code.Move(R0, 0).Exit().Assemble())
            {
                ExpectedAttachType = type,
                Flags = flags,
            };
            return BpfProgram.Load(gate, definition);
        }
        catch (BpfLoadException)
        {
            return null;
        }
    }
}

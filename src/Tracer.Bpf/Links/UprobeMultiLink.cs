using Tracer.Linux;

namespace Tracer.Bpf;

/// <summary>
/// One program on many places of one binary (kernel 6.6). Detaching costs tens of milliseconds for all together, where perf uprobes
/// cost about a tenth of a second each.
/// </summary>
public sealed class UprobeMultiLink : BpfLink
{
    /// <summary>MAX_UPROBE_MULTI_CNT, kernel/trace/bpf_trace.c.</summary>
    public const int MostOffsets = 1 << 20;

    private const uint FlagReturn = 1;

    private UprobeMultiLink(ISystemCallGate gate, int descriptor)
        : base(gate, descriptor)
    {
    }

    /// <summary>
    /// Attaches <paramref name="program"/>, which must have been loaded for <see cref="BpfAttachType.UprobeMulti"/> or
    /// <see cref="BpfAttachType.UprobeSession"/>.
    /// </summary>
    /// <exception cref="ArgumentException">The arrays' lengths differ, or there is no offset.</exception>
    /// <exception cref="BpfException">
    /// EINVAL: offset outside the file, a place that is probed already (by anyone) with another semaphore, the program was not loaded for
    /// this, or a kernel before 6.6; ENOENT: no such file; EBADF: not a regular
    /// file; ESRCH: no such process; EPERM: no CAP_BPF and CAP_PERFMON.
    /// </exception>
    public static UprobeMultiLink Attach(ISystemCallGate gate, BpfProgram program, UprobeMultiOptions options)
    {
        ArgumentNullException.ThrowIfNull(gate);
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Offsets.Length is 0 or > MostOffsets)
            throw new ArgumentException($"{options.Offsets.Length} offsets: between 1 and {MostOffsets} are possible.", nameof(options));
        CheckLength(options.Cookies, options.Offsets.Length, "cookies");
        CheckLength(options.ReferenceCounterOffsets, options.Offsets.Length, "reference counter offsets");

        var attribute = new UprobeMultiLinkAttribute
        {
            Program = (uint)program.Descriptor,
            AttachType = (uint)program.ExpectedAttachType,
            UprobeFlags = options.IsReturn ? FlagReturn : 0,
            Pid = (uint)options.ProcessId,
        };
        var result = BpfSystemCall.UprobeMultiLink(
            gate,
            ref attribute,
            PathBytes(options.Path),
            options.Offsets.Span,
            options.ReferenceCounterOffsets.Span,
            options.Cookies.Span);
        if (result < 0)
            throw new BpfException($"attach to {options.Offsets.Length} places of {options.Path}", -result);
        return new UprobeMultiLink(gate, result);
    }

    private static void CheckLength(ReadOnlyMemory<ulong> values, int expected, string what)
    {
        if (values.Length != 0 && values.Length != expected)
            throw new ArgumentException($"{values.Length} {what} for {expected} offsets.", nameof(values));
    }
}

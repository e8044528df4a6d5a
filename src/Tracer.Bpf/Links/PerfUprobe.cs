using System.Globalization;
using Tracer.Linux;

namespace Tracer.Bpf;

/// <summary>
/// One program on one place through perf_event_open(2) (kernel 4.17): for kernels without uprobe_multi. Closing one waits about a tenth of
/// a second for the kernel, one after the other.
/// </summary>
public sealed class PerfUprobe : BpfLink
{
    private const string TypeFile = "/sys/bus/event_source/devices/uprobe/type";

    // _IOW('$', 8, __u32) and _IO('$', 0), include/uapi/linux/perf_event.h.
    private const uint SetBpf = 0x40042408;
    private const uint Enable = 0x2400;

    private const int NoLink = -1;

    private int _link;

    private PerfUprobe(ISystemCallGate gate, int descriptor, int link)
        : base(gate, descriptor) => _link = link;

    /// <summary>Whether attached by a BPF link (kernel 5.15) rather than by the older PERF_EVENT_IOC_SET_BPF.</summary>
    public bool HasLink => _link != NoLink;

    /// <summary>
    /// Attaches <paramref name="program"/>: by a link, or, where there is none (kernel before 5.15, or a program loaded for
    /// uprobe_multi) and no cookie is asked for, by PERF_EVENT_IOC_SET_BPF.
    /// </summary>
    /// <exception cref="BpfException">
    /// EINVAL: offset outside the file; ENOENT: no such file; ESRCH: no such process; EACCES, EPERM: not permitted. A kernel without
    /// perf uprobes gives an error with no number.
    /// </exception>
    public static PerfUprobe Attach(ISystemCallGate gate, BpfProgram program, PerfUprobeOptions options)
    {
        ArgumentNullException.ThrowIfNull(gate);
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(options);
        var what = $"attach to {options.Path} at 0x{options.Offset:x}";
        var attribute = new PerfEventAttribute
        {
            Type = EventType(),
            Config = (options.IsReturn ? 1u : 0u) | ((ulong)options.ReferenceCounterOffset << 32),
            Offset = options.Offset,
        };

        // Every process asks for a CPU; the program then runs for hits on all of them nonetheless.
        var (pid, cpu) = options.ProcessId == 0 ? (-1, 0) : (options.ProcessId, -1);
        var perf = BpfSystemCall.OpenPerfUprobe(gate, ref attribute, PathBytes(options.Path), pid, cpu);
        if (perf < 0)
            throw new BpfException(what, -perf, "perf_event_open");

        var link = CreateLink(gate, program, perf, options.Cookie);
        if (link >= 0)
            return new PerfUprobe(gate, perf, link);
        if (link != -Bpf.Errno.Invalid || options.Cookie != 0)
            throw Failed(gate, perf, what, -link, "BPF_LINK_CREATE");

        var result = BpfSystemCall.Control(gate, perf, SetBpf, program.Descriptor);
        if (result >= 0)
            result = BpfSystemCall.Control(gate, perf, Enable, 0);
        if (result < 0)
            throw Failed(gate, perf, what, -result, "PERF_EVENT_IOC_SET_BPF");
        return new PerfUprobe(gate, perf, NoLink);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        var link = Interlocked.Exchange(ref _link, NoLink);
        if (link != NoLink)
            BpfSystemCall.CloseDescriptor(Gate, link);
        base.Dispose(disposing);
    }

    private static int CreateLink(ISystemCallGate gate, BpfProgram program, int perf, ulong cookie)
    {
        var attribute = new PerfLinkAttribute
        {
            Program = (uint)program.Descriptor,
            Target = (uint)perf,
            AttachType = (uint)BpfAttachType.PerfEvent,
            Cookie = cookie,
        };
        return BpfSystemCall.Invoke(gate, BpfCommand.LinkCreate, ref attribute);
    }

    private static BpfException Failed(ISystemCallGate gate, int perf, string what, int errno, string call)
    {
        BpfSystemCall.CloseDescriptor(gate, perf);
        return new BpfException(what, errno, call);
    }

    private static uint EventType()
    {
        try
        {
            return uint.Parse(File.ReadAllText(TypeFile), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or FormatException or UnauthorizedAccessException)
        {
            throw new BpfException($"This kernel has no perf uprobes: {TypeFile} cannot be read.", e);
        }
    }
}

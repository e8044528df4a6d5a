using System.Globalization;
using System.Numerics;
using System.Text;
using Tracer.Linux;

namespace Tracer.Uprobes.Perf;

/// <summary>
/// A ring for each CPU, owned by an event that counts nothing and reports births, ends and renamings of threads. The sites' events write into it by
/// PERF_EVENT_IOC_SET_OUTPUT.
/// </summary>
internal sealed class CpuRings : IDisposable
{
    // All rings together; a ring has at least and at most so much. A sample takes 192 bytes.
    private const int MostBytes = 64 << 20;
    private const int LargestRing = 8 << 20;
    private const int SmallestRing = 64 << 10;

    // PERF_TYPE_SOFTWARE, PERF_COUNT_SW_DUMMY (Linux 3.12).
    private const uint Software = 1;
    private const ulong Dummy = 9;

    // PERF_FORMAT_ID, PERF_FORMAT_LOST (Linux 6.0).
    private const ulong FormatId = 4;
    private const ulong FormatLost = 16;

    private const int Monotonic = 1;

    private readonly List<OwnedDescriptor> _owners = [];
    private readonly List<PerfRing> _rings = [];

    /// <summary>The CPUs that are online, in the order of the rings.</summary>
    public IReadOnlyList<int> Cpus { get; private set; } = [];

    /// <summary>The rings.</summary>
    public IReadOnlyList<PerfRing> Rings => _rings;

    /// <summary>The events that own them.</summary>
    public IReadOnlyList<OwnedDescriptor> Owners => _owners;

    /// <summary>read_format for events: their id and, where the kernel knows, what was lost.</summary>
    public ulong ReadFormat { get; private set; } = FormatId | FormatLost;

    /// <summary>Whether an event tells what it lost.</summary>
    public bool TellsLosses => (ReadFormat & FormatLost) != 0;

    /// <summary>Opens them all; on failure nothing is left open.</summary>
    public static KernelResult<CpuRings> Open(ISystemCallGate gate)
    {
        var rings = new CpuRings();
        var error = rings.OpenAll(gate);
        if (error is null)
            return rings;
        rings.Dispose();
        return error.Value;
    }

    /// <summary>The CPUs that are online: "0-3,8" in /sys/devices/system/cpu/online.</summary>
    public static IReadOnlyList<int> ReadCpus(ISystemCallGate gate) =>
        gate.ReadFile("/sys/devices/system/cpu/online", 64 << 10).TryGet(out var text) ? ParseCpus(Encoding.ASCII.GetString(text)) : [];

    /// <summary>Parses such a list; what makes no sense is left out.</summary>
    public static IReadOnlyList<int> ParseCpus(string text)
    {
        const int MostCpus = 8192;
        var cpus = new List<int>();
        foreach (var part in text.Trim().Split(','))
        {
            var dash = part.IndexOf('-', StringComparison.Ordinal);
            var first = dash < 0 ? part : part[..dash];
            var last = dash < 0 ? part : part[(dash + 1)..];
            if (int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var from) && int.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var to) && to < MostCpus)
            {
                for (var cpu = from; cpu <= to; cpu++)
                    cpus.Add(cpu);
            }
        }

        return cpus;
    }

    /// <summary>An attribute with what all events have in common.</summary>
    public PerfEventAttribute Attribute(PerfEventFlags flags) => new(Software)
    {
        ReadFormat = ReadFormat,
        SampleType = PerfRecord.SampleType,
        Flags = flags | PerfEventFlags.SampleIdAll | PerfEventFlags.UseClockId,
        ClockId = Monotonic,
    };

    public void Dispose()
    {
        foreach (var ring in _rings)
            ring.Dispose();
        foreach (var owner in _owners)
            owner.Dispose();
    }

    private KernelError? OpenAll(ISystemCallGate gate)
    {
        Cpus = ReadCpus(gate);
        if (Cpus.Count == 0)
            return new KernelError(Errno.ENODATA, "reading which CPUs are online");
        var bytes = Math.Clamp((int)BitOperations.RoundUpToPowerOf2((uint)(MostBytes / Cpus.Count / 2)), SmallestRing, LargestRing);
        foreach (var cpu in Cpus)
        {
            if (OpenOwner(gate, cpu, bytes) is { } error)
                return error;
            while (true)
            {
                if (PerfRing.Open(gate, _owners[^1], bytes).TryGet(out var ring, out var failure))
                {
                    _rings.Add(ring);
                    break;
                }

                // Without CAP_IPC_LOCK there is a limit of memory: perf_event_mlock_kb for each CPU.
                if (failure.Error is not (Errno.EPERM or Errno.ENOMEM) || bytes == SmallestRing)
                    return failure;
                bytes /= 2;
            }
        }

        return null;
    }

    private KernelError? OpenOwner(ISystemCallGate gate, int cpu, int bytes)
    {
        while (true)
        {
            var attribute = Attribute(PerfEventFlags.Tasks | PerfEventFlags.Comm | PerfEventFlags.Watermark);
            attribute.Config = Dummy;
            attribute.SampleType &= ~PerfSampleFields.RegistersUser;
            attribute.WakeupEvents = (uint)bytes / 8;
            if (gate.PerfEventOpen(attribute, -1, cpu, $"the ring of CPU {cpu}").TryGet(out var owner, out var error))
            {
                _owners.Add(owner);
                return null;
            }

            if (error.Error != Errno.EINVAL || !TellsLosses)
                return error;
            ReadFormat = FormatId;
        }
    }
}

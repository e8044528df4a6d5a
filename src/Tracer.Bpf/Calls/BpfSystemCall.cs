using Tracer.Linux;

namespace Tracer.Bpf;

/// <summary>
/// bpf(2), perf_event_open(2) and their companions through the gate: the only place that hands addresses of managed memory to the kernel,
/// each pinned for the length of the call. Results are the kernel's: zero or more, or minus errno.
/// </summary>
internal static unsafe class BpfSystemCall
{
    private const int Close = 3;
    private const int Ioctl = 16;
    private const int PerfEventOpen = 298;
    private const int Bpf = 321;

    private const int PerfFlagCloseOnExec = 8;

    public static int Invoke<TAttribute>(ISystemCallGate gate, BpfCommand command, ref TAttribute attribute)
        where TAttribute : unmanaged
    {
        fixed (TAttribute* pointer = &attribute)
            return (int)gate.Invoke(Bpf, (nint)command, (nint)pointer, sizeof(TAttribute));
    }

    /// <summary><paramref name="value"/> is read or written by the kernel, according to the command.</summary>
    public static int MapElement(
        ISystemCallGate gate, BpfCommand command, int map, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, ulong flags)
    {
        fixed (byte* keyPointer = key, valuePointer = value)
        {
            var attribute = new MapElementAttribute
            {
                Map = (uint)map,
                Key = (ulong)keyPointer,
                Value = (ulong)valuePointer,
                Flags = flags,
            };
            return Invoke(gate, command, ref attribute);
        }
    }

    /// <summary>Reads elements on from <paramref name="position"/> (null begins); <paramref name="count"/> is how many there is room for, and then how many there are.</summary>
    public static int MapBatch(ISystemCallGate gate, BpfCommand command, int map, ref uint? position, Span<byte> keys, Span<byte> values, ref int count)
    {
        var from = position ?? 0;
        uint next = 0;
        fixed (byte* keyPointer = keys, valuePointer = values)
        {
            var attribute = new MapBatchAttribute
            {
                InBatch = position is null ? 0 : (ulong)&from,
                OutBatch = (ulong)&next,
                Keys = (ulong)keyPointer,
                Values = (ulong)valuePointer,
                Count = (uint)count,
                Map = (uint)map,
            };
            var result = Invoke(gate, command, ref attribute);
            count = (int)attribute.Count;
            position = next;
            return result;
        }
    }

    public static int ProgramLoad(
        ISystemCallGate gate,
        ref ProgramLoadAttribute attribute,
        ReadOnlySpan<BpfInstruction> code,
        ReadOnlySpan<byte> license,
        Span<byte> log)
    {
        fixed (BpfInstruction* codePointer = code)
        fixed (byte* licensePointer = license, logPointer = log)
        {
            attribute.InstructionCount = (uint)code.Length;
            attribute.Instructions = (ulong)codePointer;
            attribute.License = (ulong)licensePointer;
            attribute.LogLevel = log.IsEmpty ? 0u : 1u;
            attribute.LogSize = (uint)log.Length;
            attribute.LogBuffer = (ulong)logPointer;
            return Invoke(gate, BpfCommand.ProgramLoad, ref attribute);
        }
    }

    public static int TestRun(ISystemCallGate gate, ref TestRunAttribute attribute, Span<byte> context)
    {
        fixed (byte* contextPointer = context)
        {
            attribute.ContextIn = (ulong)contextPointer;
            attribute.ContextSizeIn = (uint)context.Length;
            return Invoke(gate, BpfCommand.ProgramTestRun, ref attribute);
        }
    }

    public static int UprobeMultiLink(
        ISystemCallGate gate,
        ref UprobeMultiLinkAttribute attribute,
        ReadOnlySpan<byte> path,
        ReadOnlySpan<ulong> offsets,
        ReadOnlySpan<ulong> referenceCounters,
        ReadOnlySpan<ulong> cookies)
    {
        fixed (byte* pathPointer = path)
        fixed (ulong* offsetPointer = offsets, counterPointer = referenceCounters, cookiePointer = cookies)
        {
            attribute.Path = (ulong)pathPointer;
            attribute.Offsets = (ulong)offsetPointer;
            attribute.ReferenceCounterOffsets = (ulong)counterPointer;
            attribute.Cookies = (ulong)cookiePointer;
            attribute.Count = (uint)offsets.Length;
            return Invoke(gate, BpfCommand.LinkCreate, ref attribute);
        }
    }

    public static int OpenRawTracepoint(ISystemCallGate gate, int program, ReadOnlySpan<byte> name)
    {
        fixed (byte* pointer = name)
        {
            var attribute = new RawTracepointAttribute { Name = (ulong)pointer, Program = (uint)program };
            return Invoke(gate, BpfCommand.RawTracepointOpen, ref attribute);
        }
    }

    public static int OpenPerfUprobe(ISystemCallGate gate, ref PerfEventAttribute attribute, ReadOnlySpan<byte> path, int pid, int cpu)
    {
        fixed (byte* pathPointer = path)
        fixed (PerfEventAttribute* pointer = &attribute)
        {
            attribute.Size = PerfEventAttribute.ByteSize;
            attribute.Path = (ulong)pathPointer;
            return (int)gate.Invoke(PerfEventOpen, (nint)pointer, pid, cpu, -1, PerfFlagCloseOnExec);
        }
    }

    public static int Control(ISystemCallGate gate, int descriptor, uint request, nint argument) =>
        (int)gate.Invoke(Ioctl, descriptor, (nint)request, argument);

    public static void CloseDescriptor(ISystemCallGate gate, int descriptor) => gate.Invoke(Close, descriptor);
}

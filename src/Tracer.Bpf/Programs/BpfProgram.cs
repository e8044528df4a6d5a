using System.Text;
using Tracer.Linux;

namespace Tracer.Bpf;

/// <summary>A program that the kernel has verified and compiled.</summary>
public sealed class BpfProgram : BpfObject
{
    // A first log of 64 KiB holds most failures; the verifier says ENOSPC when a log is full. UINT_MAX >> 2 is the kernel's bound.
    private const int FirstLogSize = 64 << 10;
    private const int LargestLogSize = 16 << 20;
    private const int LogGrowth = 4;

    // bpf_check gives EAGAIN when a signal is pending; libbpf tries five times too.
    private const int Attempts = 5;

    private BpfProgram(ISystemCallGate gate, int descriptor, BpfProgramDefinition definition)
        : base(gate, descriptor)
    {
        Type = definition.Type;
        ExpectedAttachType = definition.ExpectedAttachType;
        Name = definition.Name;
    }

    /// <summary>Kind of program.</summary>
    public BpfProgramType Type { get; }

    /// <summary>What it was loaded to be attached as.</summary>
    public BpfAttachType ExpectedAttachType { get; }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Loads a program, without a log at first and, if that fails, again with one.</summary>
    /// <exception cref="BpfLoadException">The kernel refused: not permitted, not supported, or rejected by the verifier.</exception>
    public static BpfProgram Load(ISystemCallGate gate, BpfProgramDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(gate);
        ArgumentNullException.ThrowIfNull(definition);
        var result = TryLoad(gate, definition, default);
        var log = "";
        if (result < 0)
            result = LoadWithLog(gate, definition, out log);
        return result >= 0 ? new BpfProgram(gate, result, definition) : throw new BpfLoadException(definition.Name, -result, log);
    }

    /// <summary>
    /// Runs the program once from here (BPF_PROG_TEST_RUN) on <paramref name="context"/> and gives its result. Raw tracepoint programs take
    /// u64 arguments (kernel 5.10), system call programs any bytes, which they may change (kernel 5.14); kprobe programs cannot be run so.
    /// </summary>
    /// <exception cref="BpfException">ENOTSUPP (524) for a type that cannot be run, EINVAL for a context it does not take.</exception>
    public uint TestRun(Span<byte> context)
    {
        var attribute = new TestRunAttribute { Program = (uint)Descriptor };
        var result = BpfSystemCall.TestRun(Gate, ref attribute, context);
        return result < 0 ? throw new BpfException($"run BPF program '{Name}'", -result) : attribute.ReturnValue;
    }

    private static int LoadWithLog(ISystemCallGate gate, BpfProgramDefinition definition, out string log)
    {
        for (var size = FirstLogSize; ; size *= LogGrowth)
        {
            var buffer = new byte[size];
            var result = TryLoad(gate, definition, buffer);
            if (result == -Bpf.Errno.NoSpace && size < LargestLogSize)
                continue;
            var end = buffer.AsSpan().IndexOf((byte)0);
            log = Encoding.UTF8.GetString(buffer, 0, end < 0 ? size : end);
            return result;
        }
    }

    private static int TryLoad(ISystemCallGate gate, BpfProgramDefinition definition, Span<byte> log)
    {
        var license = Encoding.UTF8.GetBytes(definition.License + '\0');
        var result = 0;
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var attribute = new ProgramLoadAttribute
            {
                Type = (uint)definition.Type,
                Flags = (uint)definition.Flags,
                Name = BpfObjectName.From(definition.Name),
                ExpectedAttachType = (uint)definition.ExpectedAttachType,
            };
            result = BpfSystemCall.ProgramLoad(gate, ref attribute, definition.Instructions.Span, license, log);
            if (result != -Bpf.Errno.Again)
                break;
        }

        return result;
    }
}

using System.Text;
using Tracer.Linux;

namespace Tracer.Bpf;

/// <summary>A program on a tracepoint of the kernel, which gets its arguments as they are: an array of u64 (kernel 4.17). It takes no tracefs.</summary>
public sealed class RawTracepointLink : BpfLink
{
    private RawTracepointLink(ISystemCallGate gate, int descriptor)
        : base(gate, descriptor)
    {
    }

    /// <summary>Attaches <paramref name="program"/>, which must be a <see cref="BpfProgramType.RawTracePoint"/>.</summary>
    /// <param name="gate">The kernel.</param>
    /// <param name="program">The program.</param>
    /// <param name="name">The tracepoint without its system, <c>sched_process_fork</c>.</param>
    /// <exception cref="BpfException">ENOENT: no such tracepoint; EINVAL: not such a program; EPERM: no CAP_BPF and CAP_PERFMON.</exception>
    public static RawTracepointLink Attach(ISystemCallGate gate, BpfProgram program, string name)
    {
        ArgumentNullException.ThrowIfNull(gate);
        ArgumentNullException.ThrowIfNull(program);
        ArgumentException.ThrowIfNullOrEmpty(name);
        var result = BpfSystemCall.OpenRawTracepoint(gate, program.Descriptor, Encoding.UTF8.GetBytes(name + '\0'));
        if (result < 0)
            throw new BpfException($"attach to the tracepoint {name}", -result);
        return new RawTracepointLink(gate, result);
    }
}

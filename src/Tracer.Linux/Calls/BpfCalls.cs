namespace Tracer.Linux;

/// <summary>bpf(2) through the gate. The attributes are the caller's bytes: this project knows nothing of BPF's structures.</summary>
public static unsafe class BpfCalls
{
    /// <summary>bpf(2) with <paramref name="attribute"/> (union bpf_attr's bytes for this command; outputs are written back into it).</summary>
    public static SystemCallResult Bpf(this ISystemCallGate gate, int command, Span<byte> attribute)
    {
        fixed (byte* bytes = attribute) return new(gate.Invoke(SystemCall.Bpf, command, (nint)bytes, attribute.Length));
    }

    /// <summary>bpf(2) with a structure that lays out union bpf_attr for this command.</summary>
    public static SystemCallResult Bpf<T>(this ISystemCallGate gate, int command, ref T attribute)
        where T : unmanaged
    {
        fixed (T* bytes = &attribute) return new(gate.Invoke(SystemCall.Bpf, command, (nint)bytes, sizeof(T)));
    }
}

namespace Tracer.Bpf;

/// <summary>When an update of a map element is to succeed.</summary>
public enum BpfUpdateMode
{
    /// <summary>BPF_ANY: whether the key exists or not.</summary>
    Any = 0,

    /// <summary>BPF_NOEXIST: only if the key is new.</summary>
    NoExist = 1,

    /// <summary>BPF_EXIST: only if the key exists.</summary>
    Exist = 2,
}

namespace Tracer;

/// <summary>How functions of native code are seen to return.</summary>
public enum ReturnMethod
{
    /// <summary>By the kernel where the backend can let it and no harm and no other result is possible, else at the exits.</summary>
    Auto,

    /// <summary>
    /// The kernel follows each call and replaces its return address meanwhile (a return probe): cheap on any kernel that has it (6.13, ebpf), at most 64 nested calls of a
    /// thread, the others are counted as lost. It breaks programs that unwind or switch their stacks.
    /// </summary>
    Kernel,

    /// <summary>Breakpoints on every exit of the function: at any depth, in any program and with every backend, but kernels single-step most exits, which takes microseconds.</summary>
    Sites,
}

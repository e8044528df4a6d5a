namespace Tracer;

/// <summary>How stacks that are keys are walked.</summary>
public enum StackWalk
{
    /// <summary>By frame pointers if the target's modules keep them, and unwound otherwise.</summary>
    Auto,

    /// <summary>
    /// By frame pointers, at the hit, whatever the target's modules keep: cheap, but the callers of functions without them are missing, which the stack then says.
    /// Only the ebpf backend does so; others unwind.
    /// </summary>
    Frames,

    /// <summary>Copied at the hit and unwound by call frame information: dear, and complete.</summary>
    Unwind,
}

namespace Tracer.Core.Stacks;

/// <summary>How a frame's address is to be taken.</summary>
public enum NativeFrameKind : byte
{
    /// <summary>The instruction that is executed next in the innermost frame.</summary>
    Top,

    /// <summary>The address that a call returns to: the call is before it, possibly as the last instruction of its function.</summary>
    Call,

    /// <summary>The code to which a signal handler returns.</summary>
    SignalTrampoline,

    /// <summary>The instruction at which a signal came.</summary>
    Interrupted,

    /// <summary>No frame: here some may be missing, for the code at the address keeps no frame pointers (0: the chain of them ends).</summary>
    Missing,
}

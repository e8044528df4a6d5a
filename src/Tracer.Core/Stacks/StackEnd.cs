namespace Tracer.Core.Stacks;

/// <summary>Why a stack ends where it does.</summary>
public enum StackEnd : byte
{
    /// <summary>The outermost frame was reached: the stack is whole.</summary>
    Outermost,

    /// <summary>There was no room for more frames.</summary>
    DepthReached,

    /// <summary>Nothing tells how to go on: no call frame information for the address and no chain of frame pointers.</summary>
    NoUnwindInformation,

    /// <summary>The stack's memory could not be read, or the copy of it ended.</summary>
    MemoryUnreadable,

    /// <summary>The call frame information for the address makes no sense.</summary>
    InvalidUnwindInformation,

    /// <summary>The next frame would not be above this one: memory or information is damaged.</summary>
    NotProgressing,
}

namespace Tracer.Core.Stacks;

/// <summary>A frame of a native stack.</summary>
/// <param name="Address">Its program counter in the target.</param>
/// <param name="Kind">How that is to be taken.</param>
public readonly record struct NativeFrame(ulong Address, NativeFrameKind Kind)
{
    /// <summary>The address by which function and line are found: the one before a return address, which is in the call.</summary>
    public ulong LookupAddress => Kind == NativeFrameKind.Call ? unchecked(Address - 1) : Address;
}

namespace Tracer.Runtimes.Code;

/// <summary>An instruction that a function passes exactly when it is being left.</summary>
/// <param name="Address">Its link-time address.</param>
/// <param name="StackDisplacement">What to add to rsp there to get rsp at the function's first instruction, in bytes.</param>
/// <param name="Kind">What instruction it is.</param>
public readonly record struct FunctionExit(ulong Address, long StackDisplacement, FunctionExitKind Kind);

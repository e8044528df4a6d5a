namespace Tracer.Runtimes.Code;

/// <summary>An instruction that a function passes exactly when it is being left.</summary>
/// <param name="Address">Its link-time address.</param>
/// <param name="StackDisplacement">What to add to rsp there to get rsp at the function's first instruction, in bytes.</param>
/// <param name="Kind">What instruction it is.</param>
/// <param name="Result">Where the function's result is there; null where it is in no single place.</param>
public readonly record struct FunctionExit(ulong Address, long StackDisplacement, FunctionExitKind Kind, FunctionResult? Result = null);

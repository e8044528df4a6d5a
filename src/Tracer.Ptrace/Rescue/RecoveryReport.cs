namespace Tracer.Ptrace.Rescue;

/// <summary>What was given back to a process that a killed tracer had left.</summary>
/// <param name="ProcessId">The process.</param>
/// <param name="TracerId">The tracer, as it saw itself.</param>
/// <param name="Instructions">Instructions that got their first byte back.</param>
/// <param name="Semaphores">Semaphores that were lowered by one.</param>
/// <param name="Failed">What could not be given back; empty when all was.</param>
/// <param name="LeftBytes">Memory that stays mapped because a thread may still be in it; unused otherwise.</param>
public sealed record RecoveryReport(int ProcessId, int TracerId, int Instructions, int Semaphores, IReadOnlyList<string> Failed, ulong LeftBytes);

using Tracer.Core.Evaluation;

namespace Tracer.Ptrace.Stopping;

/// <summary>A thread that stands still.</summary>
/// <param name="ThreadId">Its id in our pid namespace.</param>
/// <param name="Registers">Its registers, without vectors.</param>
public readonly record struct StoppedThread(int ThreadId, RegisterSet Registers);

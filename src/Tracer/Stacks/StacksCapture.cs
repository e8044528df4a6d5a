using Tracer.Core.Evaluation;
using Tracer.Runtimes.Python.Threads;

namespace Tracer.Stacks;

/// <summary>What was read of a process while it stood still; everything else is made of it afterwards.</summary>
/// <param name="Natives">The threads of the system: id, registers and the copied stack, which is empty when native frames are not wanted or the process ran on.</param>
/// <param name="Interpreters">The threads of each interpreter, with why there are none.</param>
internal sealed record StacksCapture(
    IReadOnlyList<(int ThreadId, RegisterSet Registers, byte[] Stack)> Natives,
    IReadOnlyList<(PythonThreads Reader, IReadOnlyList<PythonThread> Threads, string? Problem)> Interpreters);

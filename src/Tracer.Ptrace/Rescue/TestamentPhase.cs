namespace Tracer.Ptrace.Rescue;

/// <summary>How far the borrowing had come, for who finds it. Breakpoints tell by themselves: a byte that is int3 is still there.</summary>
internal enum TestamentPhase : uint
{
    /// <summary>Nothing is borrowed any more, only the pages may still be there.</summary>
    Done = 0,

    /// <summary>Semaphores are as they were.</summary>
    Lowered = 1,

    /// <summary>They are being raised, from the values noted: one that has changed is raised.</summary>
    Raising = 2,

    /// <summary>All are raised.</summary>
    Raised = 3,

    /// <summary>They are being lowered, from the values noted: one that has not changed is still raised.</summary>
    Lowering = 4,
}

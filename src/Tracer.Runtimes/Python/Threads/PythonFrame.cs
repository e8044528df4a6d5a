namespace Tracer.Runtimes.Python.Threads;

/// <summary>A frame of a Python stack.</summary>
/// <param name="Address">Its PyFrameObject, since 3.11 its _PyInterpreterFrame.</param>
/// <param name="Code">What runs in it.</param>
/// <param name="Line">The line it is at: of the call, when it waits for one. Null when the compiler gave the place none.</param>
/// <param name="Group">Which run of the evaluation function it belongs to, counted from the innermost.</param>
public sealed record PythonFrame(ulong Address, PythonCode Code, int? Line, int Group)
{
    /// <summary>Its variables, printed; null when they were not asked for, and for a module, whose variables are its globals.</summary>
    public IReadOnlyList<(string Name, string Value)>? Locals { get; init; }
}

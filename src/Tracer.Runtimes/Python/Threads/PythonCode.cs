namespace Tracer.Runtimes.Python.Threads;

/// <summary>A code object of the target.</summary>
/// <param name="Address">Its address.</param>
/// <param name="FileName">co_filename.</param>
/// <param name="Name">co_name.</param>
/// <param name="QualifiedName">co_qualname; null before 3.11.</param>
/// <param name="FirstLine">co_firstlineno.</param>
/// <param name="FirstTraceable">_co_firsttraceable: the instruction before which a frame is being made; 0 before 3.11.</param>
/// <param name="LineTable">co_lnotab, since 3.10 co_linetable.</param>
public sealed record PythonCode(ulong Address, string FileName, string Name, string? QualifiedName, int FirstLine, int FirstTraceable, ReadOnlyMemory<byte> LineTable);

namespace Tracer.Uprobes.Compilation;

/// <summary>A plan asks for more than a program can hold; becomes a <c>TracerException</c> that names the probe.</summary>
internal sealed class CompilationException(string message) : Exception(message);

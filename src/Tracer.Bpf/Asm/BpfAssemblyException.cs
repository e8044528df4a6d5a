namespace Tracer.Bpf;

/// <summary>A program could not be assembled: a label was never bound, bound twice, or lies beyond the reach of a jump.</summary>
public sealed class BpfAssemblyException : Exception
{
    /// <summary>Makes an error with no text.</summary>
    public BpfAssemblyException()
    {
    }

    /// <summary>Makes an error with <paramref name="message"/>.</summary>
    public BpfAssemblyException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an error with <paramref name="message"/> and its cause.</summary>
    public BpfAssemblyException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

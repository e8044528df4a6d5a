namespace Tracer.Linux;

/// <summary>The two ends of a pipe(2), neither inherited by programs started later unless a spawn hands them over.</summary>
public sealed class Pipe : IDisposable
{
    private bool _readerTaken;
    private bool _writerTaken;

    private Pipe(OwnedDescriptor reader, OwnedDescriptor writer)
    {
        Reader = reader;
        Writer = writer;
    }

    /// <summary>The end that is read.</summary>
    public OwnedDescriptor Reader { get; }

    /// <summary>The end that is written; the reader sees the end of the stream when the last writer is closed.</summary>
    public OwnedDescriptor Writer { get; }

    /// <summary>Makes a pipe; <paramref name="purpose"/> names its ends.</summary>
    public static unsafe KernelResult<Pipe> Create(ISystemCallGate gate, string purpose)
    {
        ArgumentNullException.ThrowIfNull(gate);
        const int CloseOnExec = 0x80000;
        var ends = stackalloc int[2];
        var result = new SystemCallResult(gate.Invoke(SystemCall.Pipe2, (nint)ends, CloseOnExec));
        return result.IsError
            ? new KernelError(result.Error, $"making a pipe for {purpose}")
            : new Pipe(new OwnedDescriptor(gate, ends[0], $"{purpose}, reading end"), new OwnedDescriptor(gate, ends[1], $"{purpose}, writing end"));
    }

    /// <summary>Gives the reading end to the caller, who disposes it from now on.</summary>
    public OwnedDescriptor TakeReader()
    {
        _readerTaken = true;
        return Reader;
    }

    /// <summary>Gives the writing end to the caller, who disposes it from now on.</summary>
    public OwnedDescriptor TakeWriter()
    {
        _writerTaken = true;
        return Writer;
    }

    /// <summary>Closes the ends that nobody has taken.</summary>
    public void Dispose()
    {
        if (!_readerTaken) Reader.Dispose();
        if (!_writerTaken) Writer.Dispose();
    }
}

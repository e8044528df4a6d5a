using Tracer.Linux;

namespace Tracer.Ptrace.Tests.Support;

/// <summary>
/// A kernel that answers a tracer's thread so many calls and then no more: that thread ends, and the kernel lets go of its tracees as it does when a tracer is killed. Other
/// threads, and closing, are not concerned.
/// </summary>
internal sealed class DyingGate(int calls) : ISystemCallGate
{
    private readonly Queue<string> _last = [];
    private int _made;
    private int _calls = calls;

    /// <summary>Calls the tracer's thread has made, or wanted to make.</summary>
    public int Made => Volatile.Read(ref _made);

    /// <summary>The last calls, as their numbers and first arguments.</summary>
    public string Last => string.Join(", ", _last);

    public bool HasDied => Made > Volatile.Read(ref _calls);

    /// <summary>Lets it make so many more calls.</summary>
    public void DieAfter(int more) => Volatile.Write(ref _calls, Made + more);

    public nint Invoke(nint number, nint a0 = 0, nint a1 = 0, nint a2 = 0, nint a3 = 0, nint a4 = 0, nint a5 = 0)
    {
        var isTracer = Thread.CurrentThread.Name?.StartsWith("ptrace ", StringComparison.Ordinal) == true;
        if (isTracer && number != SystemCall.Close && Interlocked.Increment(ref _made) > Volatile.Read(ref _calls)) throw new OperationCanceledException("the tracer has died");
        if (isTracer)
        {
            _last.Enqueue(number == SystemCall.Ptrace ? $"{(PtraceRequest)(int)a0} of {a1}" : $"{number}");
            if (_last.Count > 12) _last.Dequeue();
        }

        return LinuxSystemCalls.Instance.Invoke(number, a0, a1, a2, a3, a4, a5);
    }
}

using System.Diagnostics;
using Tracer.Linux;

namespace Tracer.Testing;

/// <summary>
/// The live kernel, which answers one call with an error: it counts the calls of each kind at each place of the program and lets one of them fail, once. A call that
/// gives something back (close, munmap, the detaching from a thread) is made all the same, for so do kernels that report an error of one.
/// </summary>
/// <param name="fault">Which call fails; null only counts.</param>
/// <param name="inner">The kernel.</param>
public sealed class FaultGate(Fault? fault = null, ISystemCallGate? inner = null) : ISystemCallGate
{
    private readonly ISystemCallGate _inner = inner ?? LinuxSystemCalls.Instance;
    private readonly Dictionary<(string Kind, string Place), int> _counts = [];
    private readonly Lock _lock = new();

    /// <summary>How often each kind of call was made at each place.</summary>
    public IReadOnlyDictionary<(string Kind, string Place), int> Counts
    {
        get
        {
            lock (_lock)
                return new Dictionary<(string, string), int>(_counts);
        }
    }

    /// <summary>Whether the call came and failed.</summary>
    public bool HasFailed { get; private set; }

    /// <inheritdoc/>
    public nint Invoke(nint number, nint a0 = 0, nint a1 = 0, nint a2 = 0, nint a3 = 0, nint a4 = 0, nint a5 = 0) => Invoke(_inner, number, a0, a1, a2, a3, a4, a5);

    /// <inheritdoc/>
    public IKeptGate Keep() => new Kept(this, _inner.Keep());

    private nint Invoke(ISystemCallGate inner, nint number, nint a0, nint a1, nint a2, nint a3, nint a4, nint a5)
    {
        var kind = SystemCallKind.Of(number, a0, a1);
        // The place costs tens of microseconds: where only one kind matters, only its calls are looked at.
        if (fault is not null && (HasFailed || fault.Kind != kind))
            return inner.Invoke(number, a0, a1, a2, a3, a4, a5);
        var place = Place();
        int ordinal;
        lock (_lock)
            ordinal = _counts[(kind, place)] = _counts.GetValueOrDefault((kind, place)) + 1;
        if (fault is null || fault.Place != place || fault.Ordinal != ordinal)
            return inner.Invoke(number, a0, a1, a2, a3, a4, a5);
        HasFailed = true;
        if (fault.Victim != 0)
        {
            inner.Invoke(SystemCall.Kill, fault.Victim, (nint)Signal.Kill);
            return inner.Invoke(number, a0, a1, a2, a3, a4, a5);
        }

        if (SystemCallKind.GivesBack(kind))
            inner.Invoke(number, a0, a1, a2, a3, a4, a5);
        return -(int)fault.Error;
    }

    // The innermost method that is not of the room of system calls, where all callers meet.
    private static string Place()
    {
        foreach (var frame in new StackTrace(2).GetFrames())
        {
            var method = frame.GetMethod();
            var type = method?.DeclaringType;
            if (type is null || type.Assembly == typeof(ISystemCallGate).Assembly || type.Assembly == typeof(FaultGate).Assembly || type.Namespace is not { } room || !room.StartsWith("Tracer", StringComparison.Ordinal) || room.StartsWith("Tracer.Bpf", StringComparison.Ordinal))
                continue;
            return $"{type.FullName![(type.Namespace!.Length + 1)..]}.{method!.Name}";
        }

        return "?";
    }

    private sealed class Kept(FaultGate faults, IKeptGate inner) : IKeptGate
    {
        public nint Invoke(nint number, nint a0 = 0, nint a1 = 0, nint a2 = 0, nint a3 = 0, nint a4 = 0, nint a5 = 0) => faults.Invoke(inner, number, a0, a1, a2, a3, a4, a5);

        public void Dispose() => inner.Dispose();
    }
}

using Tracer.Linux;

namespace Tracer.Testing;

/// <summary>
/// A kernel for tests: answers system calls by delegates, hands what it has no answer for to another gate (or says ENOSYS), and keeps a record.
/// </summary>
public sealed class FakeKernel(ISystemCallGate? fallback = null) : ISystemCallGate
{
    private readonly Lock _lock = new();
    private readonly Dictionary<nint, Func<FakeCall, nint>> _answers = [];
    private readonly List<FakeCall> _calls = [];

    /// <summary>The calls made so far, oldest first.</summary>
    public IReadOnlyList<FakeCall> Calls
    {
        get
        {
            lock (_lock) return [.. _calls];
        }
    }

    /// <summary>A fake that changes some answers of the running kernel.</summary>
    public static FakeKernel OverLiveKernel() => new(LinuxSystemCalls.Instance);

    /// <summary>From now on answers system call <paramref name="number"/> so; see <see cref="Pass"/> for some of its calls only.</summary>
    public FakeKernel On(nint number, Func<FakeCall, nint> answer)
    {
        lock (_lock) _answers[number] = answer;
        return this;
    }

    /// <summary>From now on fails system call <paramref name="number"/>.</summary>
    public FakeKernel Fail(nint number, Errno error) => On(number, _ => -(int)error);

    /// <summary>What the gate behind this one says: for delegates that mean only some calls.</summary>
    public nint Pass(in FakeCall call) => fallback is null
        ? -(int)Errno.ENOSYS
        : fallback.Invoke(call.Number, call.A0, call.A1, call.A2, call.A3, call.A4, call.A5);

    /// <summary>How often a system call was made.</summary>
    public int CountOf(nint number) => Calls.Count(call => call.Number == number);

    /// <inheritdoc/>
    public nint Invoke(nint number, nint a0 = 0, nint a1 = 0, nint a2 = 0, nint a3 = 0, nint a4 = 0, nint a5 = 0)
    {
        var call = new FakeCall(number, a0, a1, a2, a3, a4, a5);
        Func<FakeCall, nint>? answer;
        lock (_lock)
        {
            _calls.Add(call);
            _answers.TryGetValue(number, out answer);
        }

        return answer is null ? Pass(call) : answer(call);
    }
}

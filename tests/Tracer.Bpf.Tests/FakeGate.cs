using Tracer.Linux;

namespace Tracer.Bpf.Tests;

/// <summary>A kernel that answers as a test says; unlisted calls succeed with descriptor 100, 101, ...</summary>
internal sealed class FakeGate(Func<nint, nint, nint, nint?> answer) : ISystemCallGate
{
    private int _next = 100;

    public List<(nint Number, nint First)> Calls { get; } = [];

    public nint Invoke(nint number, nint a0 = 0, nint a1 = 0, nint a2 = 0, nint a3 = 0, nint a4 = 0, nint a5 = 0)
    {
        Calls.Add((number, a0));
        return answer(number, a0, a1) ?? _next++;
    }
}
